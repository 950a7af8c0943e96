import { PREFIX } from './families.js';
import { CALL_OUTCOMES } from './outcomes.js';
import type { ProcedureCounts } from './procedure-counts.js';
import { headText, histogramText, labelsText } from './series-text.js';
import type { TextBytes } from './text-bytes.js';

const OUTCOME_ENDS = CALL_OUTCOMES.map((outcome) => `,outcome="${outcome}"} `);

/**
 * A call needs several turns of the event loop. So each turn gets only this many steps, which take
 * less than a millisecond.
 */
const STEPS_PER_TURN = 64;

/**
 * Writes the series of all procedures. One step writes a part of the series of one procedure.
 *
 * @yields false if the next step must wait for the next turn
 */
export function* writeProcedures(all: readonly ProcedureCounts[], text: TextBytes): Generator<boolean, void> {
  let steps = 0;
  const hasTime = () => ++steps % STEPS_PER_TURN !== 0;
  const labelled = all.map((counts) => {
    const { service, procedure } = counts;
    return { counts, labels: labelsText({ service, procedure }) };
  });
  text.add(headText('requests_total'));
  for (const { counts, labels } of labelled) {
    text.add(requestsText(labels, counts));
    yield hasTime();
  }
  text.add(headText('request_duration_seconds'));
  for (const { counts, labels } of labelled) {
    text.add(histogramText('request_duration_seconds', labels, counts.durations));
    yield hasTime();
  }
  text.add(headText('retries_total'));
  for (const { counts, labels } of labelled) {
    text.add(`${PREFIX}retries_total{${labels}} ${counts.retries}\n`);
    yield hasTime();
  }
}

function requestsText(labels: string, { outcomes }: ProcedureCounts): string {
  const begin = `${PREFIX}requests_total{${labels}`;
  let text = '';
  for (let place = 0; place < OUTCOME_ENDS.length; place++) {
    text += `${begin}${OUTCOME_ENDS[place]}${outcomes[place]}\n`;
  }
  return text;
}
