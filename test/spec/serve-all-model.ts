/**
 * The specification of `serveAll`: some channels, each as `model.ts` has it, and the body that serves them all.
 *
 * To each channel the body is a routine with a bare server end, which is there as soon as the body runs: its client leaves
 * on its own, and waits for nobody. What is added is when the body begins, and what its end means to the others.
 */
import { Model, type Outcome } from "./model.ts";

export class ServeAllModel {
  readonly lanes: readonly Model[];
  /** What has become of the promise of `serveAll`. */
  out: Outcome | undefined;
  /** Whether the body runs, and whether it has begun: then its server ends are there. */
  bodyRuns = false;
  begun = false;
  #waits = false;
  /** Its own signal has aborted. */
  #aborted: { readonly reason: unknown } | undefined;

  constructor(count: number) {
    this.lanes = Array.from({ length: count }, () => new Model());
  }

  get closed(): boolean {
    return this.lanes.every((lane) => lane.closed);
  }

  serve(): void {
    if (this.#aborted) return void (this.out = { aborted: this.#aborted.reason });
    this.#waits = true;
    for (const lane of this.lanes) lane.share(true);
    this.look();
  }

  /** Its own signal aborts, which matters only as long as nobody has asked: then the channels are unserved again. */
  giveUp(reason: unknown): void {
    this.#aborted = { reason };
    if (!this.#waits) return;
    this.#waits = false;
    this.out = { aborted: reason };
    for (const lane of this.lanes) lane.share(false);
  }

  bodyReturns(value: unknown): void {
    for (const lane of this.lanes) lane.end("return", undefined);
    this.#end({ served: value });
  }

  bodyThrows(error: unknown): void {
    for (const lane of this.lanes) lane.end("throw", error);
    this.#end({ error });
  }

  /** The body rethrows a `ChannelClosed` by which it was told that a client has left: an error to the other clients. */
  bodyUnwinds(departure: unknown): void {
    if (this.closed) this.#end({ served: undefined });
    else this.bodyThrows(departure);
  }

  /** After each call: the first request of any client starts the body. */
  look(): void {
    if (!this.#waits) return;
    const cut = this.lanes.find((lane) => !lane.left);
    if (this.lanes.some((lane) => lane.started)) this.bodyRuns = this.begun = true;
    else if (!this.closed) return;
    else this.out = cut === undefined ? { served: undefined } : { aborted: cut.cause };
    this.#waits = false;
  }

  #end(out: Outcome): void {
    this.bodyRuns = false;
    this.out = out;
  }
}
