import type { HttpResponse } from '../../../upstream/http-message.js';
import type { SelectedBody } from '../reply/answer-rule.js';
import type { DecodedBody } from '../reply/decode-body.js';
import type { PackJson } from '../reply/decode-large.js';

/** The body of one response, read once for all calls that it answers. */
export interface BodyMemo {
  /**
   * A promise while the body is read. It is undefined if the reading call was cancelled.
   *
   * @param rule how the procedure reads bodies; the same object for all of its calls
   */
  find(rule: object, pack: PackJson | undefined): Form['body'] | undefined;
  keep(rule: object, pack: PackJson | undefined, body: Form['body']): void;
}

interface Form {
  readonly rule: object;
  readonly pack: PackJson | undefined;
  readonly body: SelectedBody | Promise<SelectedBody | undefined>;
}

/**
 * Each format of callers has a form of its own, and each procedure with the same request. The oldest
 * one is forgotten, because a reload replaces formats and rules.
 */
const MAX_FORMS = 8;

/** @param hold counts bytes that the memo adds to the response; false if there is no room */
export function createBodyMemo(response: HttpResponse, hold: (bytes: number) => boolean): BodyMemo {
  const forms: Form[] = [];

  function indexOf(rule: object, pack: PackJson | undefined): number {
    return forms.findIndex((form) => form.rule === rule && form.pack === pack);
  }

  function forget(rule: object, pack: PackJson | undefined): void {
    const index = indexOf(rule, pack);
    if (index >= 0) forms.splice(index, 1);
  }

  function keep(rule: object, pack: PackJson | undefined, body: Form['body']): void {
    forget(rule, pack);
    if (body instanceof Promise) {
      forms.push({ rule, pack, body });
      void body.then(
        (read) => (read === undefined ? forget(rule, pack) : keep(rule, pack, read)),
        () => forget(rule, pack),
      );
    } else if (hold(addedBytes(response, body))) {
      forms.push({ rule, pack, body });
    }
    if (forms.length > MAX_FORMS) forms.shift();
  }

  return {
    find(rule, pack) {
      for (const form of forms) if (form.rule === rule && form.pack === pack) return form.body;
      return undefined;
    },
    keep,
  };
}

/** The bytes of a read body that are not those of the response. */
function addedBytes({ body }: HttpResponse, selected: SelectedBody): number {
  const read: DecodedBody = selected.kind === 'api_error' ? selected.body : selected;
  const own = (octets: Uint8Array | undefined): number =>
    octets === undefined || octets.buffer === body.buffer ? 0 : octets.length;
  switch (read.kind) {
    case 'json':
      return own(read.json) + own(read.packed);
    case 'utf8':
      return own(read.utf8);
    case 'bytes':
      return own(read.bytes);
    case 'text':
      return 2 * read.text.length;
    case 'refused':
      return 0;
  }
}
