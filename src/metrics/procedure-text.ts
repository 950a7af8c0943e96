import { PREFIX } from './families.js';
import { CALL_OUTCOMES } from './outcomes.js';
import type { ProcedureCounts } from './procedure-counts.js';
import { headText, histogramText, labelsText } from './series-text.js';

const OUTCOME_ENDS = CALL_OUTCOMES.map((outcome) => `,outcome="${outcome}"} `);

/** Writes the series of all procedures. One step writes the series of one procedure. */
export function* writeProcedures(all: readonly ProcedureCounts[]): Generator<void, string> {
  const labelled = all.map((counts) => {
    const { service, procedure } = counts;
    return { counts, labels: labelsText({ service, procedure }) };
  });
  const texts = [headText('requests_total')];
  for (const { counts, labels } of labelled) {
    texts.push(requestsText(labels, counts));
    yield;
  }
  texts.push(headText('request_duration_seconds'));
  for (const { counts, labels } of labelled) {
    texts.push(histogramText('request_duration_seconds', labels, counts.durations));
    yield;
  }
  texts.push(headText('retries_total'));
  for (const { counts, labels } of labelled) {
    texts.push(`${PREFIX}retries_total{${labels}} ${counts.retries}\n`);
    yield;
  }
  return texts.join('');
}

function requestsText(labels: string, { outcomes }: ProcedureCounts): string {
  const begin = `${PREFIX}requests_total{${labels}`;
  let text = '';
  for (let place = 0; place < OUTCOME_ENDS.length; place++) {
    text += `${begin}${OUTCOME_ENDS[place]}${outcomes[place]}\n`;
  }
  return text;
}
