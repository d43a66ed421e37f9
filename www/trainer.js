// The page's side of the worker: posts messages, matches answers with requests, and replaces a worker that died.

/** @import { BenchConfig, Reply, Request, Updated } from './messages.js' */

export class Trainer {
  /** @type {Worker} */
  #worker;
  #ids = 0;
  /** @type {Map<number, { resolve: (answer: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();

  /** The speed limit, which a worker's successor keeps. @type {Request | null} */
  #speed = null;

  /** @param {(reply: Reply) => void} onReply */
  constructor(onReply) {
    this.onReply = onReply;
    this.#worker = this.#start();
  }

  #start() {
    const worker = new Worker(new URL('worker/main.js', import.meta.url), { type: 'module', name: 'trainer' });
    worker.onmessage = event => {
      // A worker that was replaced may still have messages under way.
      if (worker === this.#worker) this.#receive(event.data);
    };
    worker.onerror = event => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      this.onReply({
        type: 'problem',
        kind: event.message ? 'crash' : 'fetch',
        fatal: true,
        what: event.message ? 'The trainer stopped on an internal error' : 'The trainer could not be fetched',
        remedy: event.message ? 'It starts again.' : 'See that the server is running, then try again.',
      });
    };
    return worker;
  }

  /** @param {Reply} reply */
  #receive(reply) {
    this.onReply(reply);
    if (!('id' in reply)) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.type === 'failed') waiting?.reject(new Error(reply.what));
    else waiting?.resolve(reply);
  }

  /** @param {Request} request @param {Transferable[]} [transfer] */
  post(request, transfer = []) {
    if (request.type === 'speed') this.#speed = request;
    this.#worker.postMessage(request, transfer);
  }

  /** @param {{ type: 'step', n: number } | { type: 'save' } | { type: 'update', network: Updated } |
   * { type: 'nearest', image: Uint8Array } | { type: 'bench', config: BenchConfig }} request
   * @returns {Promise<any>} */
  request(request) {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.post({ ...request, id });
    });
  }

  /** Gives the worker back, with its memory. */
  end() {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error('The trainer was replaced'));
    this.#waiting.clear();
  }

  replace() {
    this.end();
    this.#worker = this.#start();
    if (this.#speed) this.post(this.#speed);
  }
}
