// The page's side of the worker: posts messages, matches answers with requests, and replaces a worker that died.

/** @import { BenchConfig, ProblemKind, Reply, Request, Updated } from './messages.js' */

export class Trainer {
  /** @type {Worker} */
  #worker;
  #ids = 0;
  /** @type {Map<number, { resolve: (answer: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();

  /** The speed limit, which a worker's successor keeps. @type {Request | null} */
  #speed = null;
  /** The visitor's own images, which every worker has. @type {Request | null} */
  static #images = null;

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
    if (Trainer.#images) worker.postMessage(Trainer.#images);
    worker.onerror = event => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      this.onReply({ type: 'problem', fatal: true, ...ofWorker(event) });
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
    if (request.type === 'images') Trainer.#images = request;
    this.#worker.postMessage(request, transfer);
  }

  /** @param {{ type: 'step', n: number, paced?: boolean } | { type: 'save' } | { type: 'update', network: Updated } |
   * { type: 'nearest', image: Uint8Array } | { type: 'fetch-pretrained', name: string } | { type: 'bench', config:
   * BenchConfig }} request
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

/** An error of a worker as a problem: a browser gives none of its scripts a message where one is missing or damaged.
 * @param {ErrorEvent} error @returns {{ kind: ProblemKind, what: string, remedy: string }} */
function ofWorker({ message }) {
  if (message) return { kind: 'crash', what: 'The trainer stopped on an internal error', remedy: 'It starts again.' };
  const what = 'A script of the trainer could not be fetched, or is damaged';
  const remedy = 'See that the server is running, then reload the page; if that does not help, build it again.';
  return { kind: 'script', what, remedy };
}
