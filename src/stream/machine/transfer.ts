import { bringsItem, CLIENT, isPlain, NEXT, PUT, RETURN, SERVER, THROW } from "../../core/call.ts";
import type { Call } from "../../core/call.ts";
import { ChannelOverflow } from "../../core/errors.ts";
import { CLOSED, ENDED, FRESH, Life, OPENED } from "../../core/life.ts";
import { Queue } from "../../core/queue.ts";
import { Failure } from "../../core/settle.ts";
import { ListLoan, Loan } from "./loan.ts";
import type { Lender } from "./loan.ts";
import { Offer } from "./offer.ts";
import { Supply } from "./supply.ts";
import type { Wish } from "./wish.ts";

/**
 * The state machine in which the two ends of a stream meet.
 *
 * The calls of the writer are one sequence of offers, those of the reader one of wishes. **Items fill wishes, in order.** So
 * at rest either an item is at hand or a wish waits, and never both. An offer that has been taken waits on until more is
 * wanted.
 *
 * A transition first brings the state to rest, then settles calls, and only then asks a source for an item, or closes it.
 * While an iterator is at work on an item it may call the ends: these calls wait until it has answered.
 */
export class Transfer<T> extends Life implements Lender<T> {
  /** Called when all is at rest and `wanted` may have changed. */
  changed: (() => void) | undefined;

  readonly #wishes = new Queue<Wish<T>>();
  /** The offers of which something is left; behind them, how the writer has closed. */
  readonly #offers = new Queue<Offer<T>>();
  /** The offer that has been taken, and waits until more is wanted. */
  #taken: Offer<T> | undefined;
  /** What a cancelled wish had gathered, which comes before all offers. */
  #kept: Supply<T> | undefined;
  /** The supply whose iterator is at work. */
  #running: Supply<T> | undefined;
  /** What has been called meanwhile, but for calls that queue. */
  readonly #postponed: (() => void)[] = [];
  /** The offers whose sources are to be closed. */
  readonly #abandoned: Offer<T>[] = [];
  /** Those that wait until their sources have been closed. */
  readonly #closing = new Queue<Offer<T>>();

  /** How many items the waiting wishes lack. */
  get wanted(): number {
    let wanted = 0;
    for (let wish = this.#wishes.head; wish !== undefined; wish = wish.next) wanted += wish.lacks;
    return wanted;
  }

  /**
   * An item joins the wish that waits for many, unless it is the last that it lacks. By far the most of what `send` has to
   * do (workload joined).
   *
   * @returns Whether it has.
   */
  join(item: T): boolean {
    const wish = this.#wishes.head;
    if (
      wish?.gathered === undefined ||
      wish.lacks < 2 ||
      this.#offers.head !== undefined ||
      this.phase !== OPENED
    ) {
      return false;
    }
    wish.gathered.push(item);
    wish.lacks--;
    return true;
  }

  /** An offer of one item meets the wish for one that waits alone. @returns That wish. */
  meetWish(offer: Offer<T>): Wish<T> | undefined {
    const wish = this.#wishes.head;
    if (
      wish === undefined ||
      wish.kind !== NEXT ||
      wish.next !== undefined ||
      wish.gathered !== undefined ||
      wish.borrows ||
      this.#offers.head !== undefined ||
      this.phase !== OPENED
    ) {
      return undefined;
    }
    this.#wishes.remove(wish);
    this.#taken = offer;
    return wish;
  }

  /** A wish for one meets an offer that has been taken and waits alone. @returns That offer. */
  meetOffer(wish: Wish<T>): Offer<T> | undefined {
    const offer = this.#taken;
    if (offer === undefined || this.#offers.head !== undefined || this.phase !== OPENED) {
      return undefined;
    }
    this.#taken = undefined;
    this.#wishes.push(wish);
    return offer;
  }

  /** A wish for one is filled at once, where many are offered. @returns The item, if there is one. */
  pull(): IteratorResult<T, undefined> | undefined {
    const offer = this.#offers.head;
    const supply = offer?.supply;
    if (
      supply === undefined ||
      this.#wishes.head !== undefined ||
      this.#taken !== undefined ||
      this.#kept !== undefined ||
      this.#running !== undefined
    ) {
      return undefined;
    }
    const result = this.lend(offer!, supply.age);
    return result.done ? undefined : result;
  }

  /** A call comes in. */
  enter(call: Wish<T> | Offer<T>): void {
    const { side, kind } = call;
    const late = this.phase === ENDED || (this.phase === CLOSED && side === SERVER);
    const ends =
      !late && (kind === RETURN || (kind === THROW && (side === SERVER || this.phase === FRESH)));
    if (ends && side === CLIENT && this.#running !== undefined) {
      this.#postponed.push(() => this.enter(call));
      return;
    }
    if (late) this.finishLate(call);
    else if (ends) this.#depart(call);
    else if (this.#waitingOf(side) >= this.limit) {
      this.refuse(call, new ChannelOverflow(this.limit, this.name));
    } else if (side === SERVER) this.#offers.push(call);
    else {
      this.#wishes.push(call);
      if (this.#running !== undefined) this.#running.age++;
    }
    this.advance();
    this.settle();
    if (ends) this.#announce();
  }

  /** A call does not come in after all. */
  turnAway(call: Wish<T> | Offer<T>, reason: unknown): void {
    this.refuse(call, reason);
    this.settle();
  }

  /** A waiting call does not wait any longer. */
  cancel(call: Wish<T> | Offer<T>, reason: unknown): void {
    if (!call.waits) return;
    if (call.side === CLIENT) {
      this.#wishes.remove(call);
      if (call.gathered !== undefined && call.gathered.length > 0) {
        this.#kept = new Supply(call.gathered);
        if (this.#running !== undefined) this.#running.age++;
      }
    } else if (call === this.#taken) this.#taken = undefined;
    else (call.supply?.hearsOut ? this.#closing : this.#offers).remove(call);
    this.refuse(call, reason);
    this.advance();
    this.settle();
  }

  /** The reader is about to leave: its wishes are done. */
  withdraw(): void {
    this.#withdraw();
    this.settle();
  }

  close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    const heard = !this.closed;
    this.enter(new Offer<T>(kind, value));
    return heard;
  }

  /**
   * If the writer has closed, this gives up only the calls that wait. But a reader from which items are cut off is told of
   * the cut, and not that the writer has returned.
   */
  destroy(reason: unknown): void {
    if (this.#running !== undefined) {
      this.#postponed.push(() => this.destroy(reason));
      return;
    }
    for (const offer of this.#closing.drain()) this.refuse(offer, reason);
    if (this.phase !== ENDED) this.#cutOff(reason);
    this.settle();
    this.#announce();
  }

  lend(offer: Offer<T>, age: number | undefined): IteratorResult<T, undefined> {
    const { supply } = offer;
    if (offer === this.#offers.head && supply?.age === age) {
      if (this.#running !== undefined) throw new TypeError("A source cannot be read from inside");
      if (supply === undefined) {
        const value = this.#take(offer);
        this.settle();
        return { value, done: false };
      }
      if (!supply.ready && !supply.async && supply.source !== undefined) this.#run(offer, supply);
      const result = supply.ready ? { value: supply.take(), done: false as const } : undefined;
      if (result === undefined || this.#wishes.head !== undefined || this.#postponed.length > 0) {
        this.advance();
      }
      if (result !== undefined) return result;
    }
    return { value: undefined, done: true };
  }

  protected get idle(): boolean {
    return (
      this.#taken === undefined &&
      this.#closing.head === undefined &&
      (this.#offers.head === undefined || !bringsItem(this.#offers.head))
    );
  }

  /** Lets items fill wishes until no more are at hand, and then asks for one, if that is wanted. */
  protected advance(): void {
    if (this.opening !== undefined && this.#wishes.head !== undefined) this.begin(this.opening);
    if (this.#running !== undefined) return;
    do {
      while (this.#step());
      this.settle();
    } while (this.#resume() || this.#ask());
    this.changed?.();
  }

  /** Settles a call that nobody answers any more: a wish for many with what it has. */
  protected override finish(call: Call, value: unknown, handed: boolean): void {
    const { gathered, supply } = call as Partial<
      Pick<Wish<T>, "gathered"> & Pick<Offer<T>, "supply">
    >;
    const gives = gathered !== undefined && (gathered.length > 0 || isPlain(call.kind));
    if (gives) this.#answer(call, gathered);
    else {
      if (supply !== undefined) supply.hearsOut = !supply.busy && supply.source !== undefined;
      super.finish(call, value, handed);
    }
  }

  /** An offer that ends before its source has leaves that to be closed. */
  protected override tell(call: Call, outcome: unknown): void {
    const { supply } = call as Offer<T>;
    if (supply !== undefined) {
      supply.drop();
      if (supply.source !== undefined && !supply.abandoned) {
        supply.abandoned = true;
        if (supply !== this.#running) this.#abandoned.push(call as Offer<T>);
        if (supply.hearsOut) {
          call.value = outcome;
          this.#closing.push(call as Offer<T>);
          return;
        }
      }
    }
    (call as Wish<T> | Offer<T>).waits = false;
    super.tell(call, outcome);
  }

  protected override settle(): void {
    super.settle();
    for (
      let offer = this.#abandoned.shift();
      offer !== undefined;
      offer = this.#abandoned.shift()
    ) {
      void this.#closeSource(offer);
    }
  }

  /** An offer meets a wish. @returns Whether more may follow. */
  #step(): boolean {
    const wish = this.#wishes.head;
    const offer = this.#taken ?? this.#offers.head;
    if (wish === undefined) return false;
    if (wish.lacks === 0) return offer !== undefined && this.#hear(wish, offer);
    if (this.#taken !== undefined) {
      this.tell(this.#taken, undefined);
      this.#taken = undefined;
      return true;
    }
    if (this.#kept?.ready) return this.#fill(wish, this.#kept, undefined);
    this.#kept = undefined;
    if (offer === undefined) return false;
    if (!bringsItem(offer)) return this.#end(wish, offer);
    const { supply } = offer;
    if (supply === undefined) {
      if (wish.borrows && this.#wishes.length === 1) this.#grant(wish, new Loan(this, offer));
      else this.#give(wish, this.#take(offer));
      return true;
    }
    if (supply.ready) return this.#fill(wish, supply, offer);
    if (supply.source !== undefined) return false;
    this.#offers.remove(offer);
    this.#taken = offer;
    return true;
  }

  /** The writer hears of the error or the departure that a wish brings, which then is one for an item. */
  #hear(wish: Wish<T>, offer: Offer<T>): boolean {
    if (!bringsItem(offer)) {
      if (wish.kind === RETURN) return this.#end(wish, offer);
      this.#wishes.remove(wish);
      this.refuse(wish, wish.value);
      return true;
    }
    wish.lacks = 1;
    if (wish.kind === RETURN) this.#finishOffers();
    else {
      if (offer === this.#taken) this.#taken = undefined;
      else this.#offers.remove(offer);
      this.refuse(offer, wish.value);
    }
    wish.value = undefined;
    return true;
  }

  /** A wish is told how the writer has closed, or given what it has gathered before. */
  #end(wish: Wish<T>, last: Offer<T>): boolean {
    if (wish.gathered !== undefined && wish.gathered.length > 0) {
      this.#grant(wish, wish.gathered);
      return true;
    }
    this.phase = ENDED;
    this.#offers.remove(last);
    this.#wishes.remove(wish);
    if (last.kind === THROW) this.refuse(wish, last.value);
    else this.finish(wish, last.value, wish.lacks > 0);
    for (const other of this.#wishes.drain()) this.finish(other, undefined, false);
    return false;
  }

  /** A wish gets of the items that are at hand. */
  #fill(wish: Wish<T>, supply: Supply<T>, offer: Offer<T> | undefined): boolean {
    if (wish.borrows && this.#wishes.length === 1) {
      const lendsAll = offer === undefined || (supply.source === undefined && !supply.async);
      this.#grant(wish, lendsAll ? new ListLoan(supply) : new Loan(this, offer));
    } else if (wish.gathered === undefined) this.#give(wish, supply.take());
    else {
      const before = wish.gathered.length;
      wish.gathered = supply.move(wish.lacks, wish.gathered);
      wish.lacks -= wish.gathered.length - before;
      if (wish.lacks === 0) this.#grant(wish, wish.gathered);
    }
    return true;
  }

  #give(wish: Wish<T>, item: T): void {
    const { gathered } = wish;
    if (gathered === undefined) {
      this.#grant(wish, wish.borrows ? new ListLoan(new Supply([item])) : item);
    } else {
      gathered.push(item);
      if (--wish.lacks === 0) this.#grant(wish, gathered);
    }
  }

  #grant(wish: Wish<T>, value: unknown): void {
    this.#wishes.remove(wish);
    this.#answer(wish, value);
  }

  #answer(wish: Call, value: unknown): void {
    this.tell(wish, isPlain(wish.kind) ? value : { value, done: false });
  }

  /** Takes the one item of an offer. */
  #take(offer: Offer<T>): T {
    const item = offer.value as T;
    offer.value = undefined;
    this.#offers.remove(offer);
    if (offer.kind === PUT) this.tell(offer, undefined);
    else this.#taken = offer;
    return item;
  }

  /** A wish waits for an item of a source that has first to be asked. @returns Whether it has answered. */
  #ask(): boolean {
    const offer = this.#offers.head;
    const supply = this.#wishes.head === undefined ? undefined : offer?.supply;
    if (offer === undefined || supply === undefined || supply.busy) return false;
    if (supply.async) void this.#await(offer, supply);
    else {
      do this.#run(offer, supply);
      while (this.#joins(supply));
    }
    return !supply.async;
  }

  /** An item of a source joins the wish that waits for many, unless it is the last that it lacks. */
  #joins(supply: Supply<T>): boolean {
    const wish = this.#wishes.head;
    if (
      wish?.gathered === undefined ||
      wish.lacks < 2 ||
      !supply.ready ||
      this.#kept !== undefined ||
      this.#postponed.length > 0
    ) {
      return false;
    }
    wish.gathered.push(supply.take());
    wish.lacks--;
    return true;
  }

  /** An iterator is asked, which runs it. */
  #run(offer: Offer<T>, supply: Supply<T>): void {
    let failure: Failure | undefined;
    this.#running = supply;
    try {
      supply.hold((supply.source as Iterator<T>).next());
    } catch (error) {
      failure = new Failure(error);
    }
    this.#running = undefined;
    if (failure !== undefined) this.#fail(offer, supply, failure);
    else if (supply.abandoned) {
      // Its call was cancelled meanwhile.
      supply.drop();
      this.#abandoned.push(offer);
    }
  }

  /** An async iterator is asked. What it answers when its call waits no longer is dropped. */
  async #await(offer: Offer<T>, supply: Supply<T>): Promise<void> {
    supply.busy = true;
    supply.age++;
    let failure: Failure | undefined;
    try {
      const result = await (supply.source as AsyncIterator<T>).next();
      if (!supply.abandoned) supply.hold(result);
    } catch (error) {
      failure = new Failure(error);
    }
    supply.busy = false;
    if (failure !== undefined) this.#fail(offer, supply, failure);
    this.advance();
  }

  /** A source has thrown, which is told to the call that has written it. */
  #fail(offer: Offer<T>, supply: Supply<T>, failure: Failure): void {
    supply.source = undefined;
    if (supply.abandoned) return;
    this.#offers.remove(offer);
    this.tell(offer, failure);
  }

  async #closeSource(offer: Offer<T>): Promise<void> {
    const { source, async } = offer.supply!;
    offer.supply!.source = undefined;
    let outcome = offer.value;
    try {
      const result = source?.return?.();
      if (async) await result;
    } catch (error) {
      outcome = new Failure(error);
    }
    if (!offer.supply!.hearsOut || !offer.waits) return;
    this.#closing.remove(offer);
    this.tell(offer, outcome);
    this.settle();
  }

  /** Does what was called while an iterator was at work. @returns Whether there was anything. */
  #resume(): boolean {
    const act = this.#postponed.shift();
    act?.();
    return act !== undefined;
  }

  /** How many calls of an end wait. */
  #waitingOf(side: typeof CLIENT | typeof SERVER): number {
    return side === CLIENT
      ? this.#wishes.length
      : this.#offers.length + this.#closing.length + (this.#taken === undefined ? 0 : 1);
  }

  /** An end leaves. */
  #depart(call: Wish<T> | Offer<T>): void {
    const { side, kind, value } = call;
    const toBody = side === CLIENT && this.bodyRuns;
    const returned: unknown = { value: kind === RETURN ? value : undefined, done: true };
    if (kind === THROW) this.cause = value;
    else this.note(side, value);
    if (side === SERVER) {
      this.phase = CLOSED;
      if (this.opening !== undefined) this.refuseOpening(this.closedFor(SERVER, true));
      this.#offers.push(new Offer<T>(kind, value));
      this.tell(call, returned);
      return;
    }
    const last = this.phase === CLOSED ? this.#offers.tail : undefined;
    this.left = true;
    this.#withdraw();
    if (this.opening !== undefined) this.refuseOpening(this.closedFor(SERVER, true));
    if (last !== undefined) this.#offers.remove(last);
    const heard = this.#finishOffers();
    this.#dropKept();
    if (toBody) {
      call.lacks = heard ? 1 : 0;
      this.#wishes.push(call);
      return;
    }
    this.phase = ENDED;
    // The writer's error, if nobody will come for it any more, goes to the reader that leaves.
    const error = kind === THROW ? call : last?.kind === THROW ? last : undefined;
    this.tell(call, error === undefined ? returned : new Failure(error.value));
  }

  /** Settles the reader's wishes, since it leaves; an earlier departure goes on waiting for the body. */
  #withdraw(): void {
    for (const wish of this.#wishes.drain()) {
      if (wish.kind === RETURN) this.#wishes.push(wish);
      else this.finish(wish, undefined, wish.lacks > 0);
    }
  }

  /** Settles the writer's offers, since the reader has left. @returns Whether there were any. */
  #finishOffers(): boolean {
    const taken = this.#taken;
    const offers = this.#offers.drain();
    this.#taken = undefined;
    if (taken !== undefined) this.finish(taken, undefined, true);
    for (const offer of offers) {
      if (bringsItem(offer)) this.finish(offer, undefined, offer.supply?.exhausted ?? false);
      else this.#offers.push(offer);
    }
    return taken !== undefined || offers.length > 0;
  }

  /** All calls that wait are given up. */
  #cutOff(reason: unknown): void {
    const last = this.phase === CLOSED ? this.#offers.tail! : undefined;
    if (last !== undefined) this.#offers.remove(last);
    const offers = this.#offers.drain();
    const cut = this.#kept?.ready || offers.some(({ supply }) => !supply?.exhausted);
    if (this.#taken !== undefined) offers.unshift(this.#taken);
    this.#taken = undefined;
    this.#dropKept();
    for (const offer of offers) this.refuse(offer, reason);
    if (last !== undefined && (last.kind === THROW || !cut)) {
      this.#offers.push(last);
      this.advance();
      return;
    }
    const wishes = this.#wishes.drain();
    const first = wishes.find(({ gathered }) => gathered === undefined || gathered.length === 0);
    this.endWith(reason, first, offers[0]);
    this.refuseOpening(reason);
    for (const wish of wishes) {
      if (wish === first) this.refuse(wish, reason);
      else this.finish(wish, undefined, wish.lacks > 0);
    }
  }

  #dropKept(): void {
    this.#kept?.drop();
    this.#kept = undefined;
  }

  #announce(): void {
    this.announce(CLIENT);
    this.announce(SERVER);
  }
}
