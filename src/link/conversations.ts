import { Answering } from "./answering.ts";
import type { ChannelBody } from "./answering.ts";
import { AnsweringItems } from "./answering-items.ts";
import type { StreamBody } from "./answering-items.ts";
import type { AskingParty, Opener } from "./asking-party.ts";
import type { Clock } from "./clock.ts";
import { errorRecords } from "./error-record.ts";
import type { ErrorCodec } from "./error-record.ts";
import { CHANNEL, FAIL, ITEMS, OPEN, Violation } from "./frame.ts";
import type { Frame, Kind, STREAM } from "./frame.ts";
import type { AllLimits } from "./limits.ts";
import type { LinkClosed } from "./link-closed.ts";
import type { Observer } from "./observe.ts";
import type { Party } from "./party.ts";
import type { Wire } from "./wire.ts";

/** A body, and whether it is of a channel or of a stream. */
export type Service =
  | { readonly kind: typeof CHANNEL; readonly body: ChannelBody }
  | { readonly kind: typeof STREAM; readonly body: StreamBody };

/** All channels of a session: those that this side has opened, and those of the other side. */
export class Conversations implements Opener {
  readonly limits: AllLimits;
  readonly services: Map<string, Service> = new Map();
  /** Whether no channel may be opened any more. */
  closing = false;
  /** Called when the last channel has ended. */
  whenIdle: (() => void) | undefined;

  readonly #wire: Wire;
  readonly #errors: ErrorCodec;
  readonly #clock: Clock;
  readonly #observe: Observer | undefined;
  /** By number: the parties that ask, and those that answer. */
  readonly #asking = new Map<number, Party>();
  readonly #answering = new Map<number, Party>();
  /** The number of the last channel that each side has opened. */
  #opened = 0;
  #heard = 0;
  /** How many bodies run for the other side, be it still interested or not. */
  #bodies = 0;
  /** The parties whose clients have asked, and that are about to be opened. */
  readonly #called = new Set<AskingParty>();
  /** The parties that wait until the other side can be reached. */
  readonly #starting = new Set<AskingParty>();
  /** What came before all services had been named. */
  #early: Frame[] | undefined = [];
  #over: LinkClosed | undefined;

  constructor(
    wire: Wire,
    errors: ErrorCodec,
    limits: AllLimits,
    clock: Clock,
    observe: Observer | undefined,
  ) {
    this.#wire = wire;
    this.#errors = errors;
    this.limits = limits;
    this.#clock = clock;
    this.#observe = observe;
  }

  get full(): boolean {
    return this.#wire.full;
  }

  get idle(): boolean {
    const own = this.#called.size + this.#starting.size + this.#asking.size;
    return own + this.#answering.size === 0;
  }

  post(frame: unknown[], most?: number): number {
    return this.#wire.post(frame, most);
  }

  postError(frame: readonly unknown[], error: unknown): void {
    try {
      this.post([...frame, this.#errors.encode(error)]);
    } catch (refusal) {
      this.post([...frame, errorRecords.encode(refusal)]);
    }
  }

  errorIn(encoded: unknown): unknown {
    try {
      return this.#errors.decode(encoded);
    } catch (error) {
      return error;
    }
  }

  soon(act: () => void): () => void {
    return this.#clock.after(0, act);
  }

  called(party: AskingParty): void {
    if (!this.closing) this.#called.add(party);
  }

  open(party: AskingParty): void {
    const called = this.#called.delete(party);
    if (this.#over !== undefined) party.lose(this.#over);
    else if (!called) party.refuse(new RangeError("The session is closing"));
    else {
      this.#starting.add(party);
      if (this.#wire.ready) this.#start(party);
    }
  }

  giveUp(party: AskingParty): void {
    this.#called.delete(party);
    this.#starting.delete(party);
    this.#restIfIdle();
  }

  ended(ch: number, party: Party, error: unknown): void {
    const far = this.#asking.get(ch) === party;
    if (!(far ? this.#asking : this.#answering).delete(ch)) return;
    this.#observe?.({ type: "end", service: party.name, ch, far, error });
    this.#restIfIdle();
  }

  /** The other side can be reached: what waited for that starts. */
  start(): void {
    for (const party of this.#starting) this.#start(party);
  }

  /** All services have been named. */
  ready(): void {
    // What comes meanwhile joins them.
    for (const frame of this.#early ?? []) this.#wire.guard(() => this.#process(frame));
    this.#early = undefined;
  }

  /** @throws {@link Violation}. */
  hear(frame: Frame): void {
    if (this.#early === undefined) this.#process(frame);
    else this.#early.push(frame);
  }

  /** There is room again for what has waited. */
  goOn(): void {
    for (const party of this.#answering.values()) party.goOn?.();
  }

  /** The session is over. */
  finish(error: LinkClosed): void {
    this.#over = error;
    this.#early = undefined;
    const parties = [...this.#asking.values(), ...this.#answering.values(), ...this.#starting];
    this.#starting.clear();
    for (const party of parties) party.lose(error);
  }

  #process(frame: Frame): void {
    // Of the frames that came early, one may have ended the session: nothing is opened for those behind it.
    if (this.#over !== undefined) return;
    if (frame[0] === OPEN) {
      this.#answer(frame);
      return;
    }
    const answers = (frame[0] as number) >= ITEMS;
    const ch = frame[3] as number;
    const party = (answers ? this.#asking : this.#answering).get(ch);
    // What is said of a channel that has ended has crossed the end.
    if (party !== undefined) party.receive(frame);
    else if (ch > (answers ? this.#opened : this.#heard)) {
      throw new Violation("a channel that was never opened");
    }
  }

  #start(party: AskingParty): void {
    if (!this.#starting.delete(party)) return;
    const ch = ++this.#opened;
    this.#asking.set(ch, party);
    this.#observe?.({ type: "open", service: party.name, ch, far: true });
    party.start(ch);
  }

  /** The other side opens a channel. */
  #answer([, , , ch, kind, name, ask, value, input]: Frame): void {
    if ((ch as number) <= this.#heard) throw new Violation("a channel opened twice");
    this.#heard = ch as number;
    const service = this.services.get(name as string);
    const refusal = this.#refusal(service, name as string, kind as Kind);
    if (refusal !== undefined) {
      this.postError([FAIL, 0, 0, ch, 1], refusal);
      return;
    }
    this.#bodies++;
    const party = this.#serve(service!, ch as number, name as string, input);
    this.#answering.set(ch as number, party);
    this.#observe?.({ type: "open", service: party.name, ch: ch as number, far: false });
    party.open(value, ask as number);
  }

  #serve(service: Service, ch: number, name: string, input: unknown): Answering | AnsweringItems {
    const finished = (): void => {
      this.#bodies--;
    };
    return service.kind === CHANNEL
      ? new Answering(this, { ch, name, body: service.body, input }, finished)
      : new AnsweringItems(this, { ch, name, body: service.body, input }, finished);
  }

  #refusal(service: Service | undefined, name: string, kind: Kind): Error | undefined {
    if (this.closing) return new RangeError("The other side is closing");
    if (service === undefined) {
      return new RangeError(`The other side serves no "${name.slice(0, 64)}"`);
    }
    if (service.kind !== kind) {
      const [is, opens] = kind === CHANNEL ? ["stream", "reader"] : ["channel", "client"];
      return new TypeError(`"${name}" is a ${is}: open it with ${opens}()`);
    }
    if (this.#bodies >= this.limits.channels) {
      return new RangeError(`The other side serves ${this.limits.channels} channels at a time`);
    }
    return undefined;
  }

  #restIfIdle(): void {
    if (this.idle) this.whenIdle?.();
  }
}
