import { bringsItem, CLIENT, isPlain, PUT, RETURN, SERVER, THROW } from "../../core/call.ts";
import type { Call, Side } from "../../core/call.ts";
import { ENDED, LEFT, Life, OPENED } from "../../core/life.ts";
import { Queue } from "../../core/queue.ts";
import { Failure } from "../../core/settle.ts";
import { ListLoan, Loan } from "./loan.ts";
import type { Lender } from "./loan.ts";
import type { Offer } from "./offer.ts";
import { Supply } from "./supply.ts";
import type { Wish } from "./wish.ts";

/**
 * The state machine in which the two ends of a stream meet.
 *
 * The writer's calls are one sequence of offers, the reader's one of wishes. **Items fill wishes, in order.** So at rest
 * either an item is at hand or a wish waits, never both; and an offer that has been taken waits on until more is wanted.
 *
 * A transition first brings the state to rest, then settles calls, and only then asks sources for items, or closes them.
 * An iterator that is asked runs, and may call the ends: these calls wait until it has answered.
 */
export class Transfer<T> extends Life implements Lender<T> {
  age = 0;
  /** Called when all is at rest, and what is wanted may have changed. */
  changed: (() => void) | undefined;

  readonly #wishes = new Queue<Wish<T>>();
  /** The offers that have something left; behind them, how the writer has closed. */
  readonly #offers = new Queue<Offer<T>>();
  /** The offer that has been taken, and waits until more is wanted. */
  #taken: Offer<T> | undefined;
  /** What a cancelled wish had gathered, which comes before all offers. */
  #kept: Supply<T> | undefined;

  /** Whether an iterator runs. */
  #running = false;
  /** What comes in meanwhile. */
  readonly #postponed: (() => void)[] = [];
  /** The offers that have ended before their sources, which are to be closed. */
  readonly #unclosed: Offer<T>[] = [];
  /** Those that wait to hear whether their sources have closed well. */
  readonly #hearing = new Set<Offer<T>>();

  /** How many items the reader wants: what it asks for behind an error that it has thrown, not before that was heard. */
  get wanted(): number {
    let wanted = 0;
    for (let wish = this.#wishes.head; wish !== undefined && wish.lacks > 0; wish = wish.next) {
      wanted += wish.lacks;
    }
    return wanted;
  }

  /** Whether the reader has thrown or left, and no call of the writer has heard of it. */
  get unheard(): boolean {
    return this.#wishes.head?.lacks === 0;
  }

  // By far the most frequent transitions, in which little can happen. They do what `enter` would, for less.

  /** An item joins the wish for many that waits, and is not the last that it lacks. @returns Whether this is so. */
  join(item: T): boolean {
    const wish = this.#wishes.head;
    if (wish?.gathered === undefined || wish.lacks < 2) return false;
    if (this.#offers.head !== undefined || this.phase !== OPENED) return false;
    wish.gathered.push(item);
    wish.lacks--;
    return true;
  }

  /** An offer meets a wish for one item that waits alone. @returns The wish; nothing if this is not so. */
  meetWish(offer: Offer<T>): Wish<T> | undefined {
    const wish = this.#wishes.head;
    if (wish === undefined || wish.next !== undefined || !wish.single) return undefined;
    if (this.#offers.head !== undefined || this.phase !== OPENED) return undefined;
    this.#wishes.remove(wish);
    this.#taken = offer;
    return wish;
  }

  /** A wish meets an offer that has been taken and waits alone. @returns The offer; nothing if this is not so. */
  meetOffer(wish: Wish<T>): Offer<T> | undefined {
    const offer = this.#taken;
    if (offer === undefined || this.#offers.head !== undefined) return undefined;
    if (this.changed !== undefined || this.phase !== OPENED) return undefined;
    this.#taken = undefined;
    this.#wishes.push(wish);
    return offer;
  }

  /** A wish for one item meets an offer of many. @returns The item; nothing if this is not so. */
  pull(): IteratorResult<T, undefined> | undefined {
    const supply = this.#offers.head?.supply;
    if (supply === undefined || this.#wishes.head !== undefined || this.#running) return undefined;
    return this.#taken === undefined && this.#kept === undefined ? this.#find(supply) : undefined;
  }

  override enter(call: Wish<T> | Offer<T>): void {
    if (!this.#postpones(() => super.enter(call))) super.enter(call);
    // Another call waits.
    else if (call.side === CLIENT) this.age++;
  }

  /** A call does not come in after all. */
  turnAway(call: Wish<T> | Offer<T>, reason: unknown): void {
    this.refuse(call, reason);
    this.settle();
  }

  cancel(call: Wish<T> | Offer<T>, reason: unknown): void {
    // A wish can be taken back even from inside the iterator that is at work for it.
    const wishes = call.side === CLIENT && call.waits;
    if (wishes || !this.#postpones(() => this.#cancel(call, reason))) this.#cancel(call, reason);
  }

  override withdraw(): void {
    if (!this.#postpones(() => super.withdraw())) super.withdraw();
  }

  destroy(reason: unknown): void {
    if (!this.#postpones(() => this.#destroy(reason))) this.#destroy(reason);
  }

  lend(offer: Offer<T>, age: number): IteratorResult<T, undefined> {
    const { supply } = offer;
    if (offer === this.#offers.head && age === this.age) {
      if (this.#running) throw new TypeError("An iterator cannot read what it provides itself");
      if (supply === undefined) {
        const value = this.#take(offer);
        this.settle();
        return { value, done: false };
      }
      const result = this.#find(supply);
      if (result !== undefined) return result;
      this.advance();
    }
    return { value: undefined, done: true };
  }

  protected add(call: Wish<T> | Offer<T>): void {
    call.waits = true;
    if (call.side === SERVER) this.#offers.push(call);
    else {
      if (call.kind === RETURN) call.lacks = this.#finishOffers();
      if (this.phase === LEFT) {
        this.phase = ENDED;
        this.#offers.drain();
      } else this.#wishes.push(call);
    }
  }

  protected get last(): Call | undefined {
    return this.#offers.tail;
  }

  protected waitingOf(side: Side): number {
    if (side === CLIENT) return this.#wishes.length;
    return this.#offers.length + this.#hearing.size + (this.#taken === undefined ? 0 : 1);
  }

  protected finishRequests(): void {
    for (const wish of this.#wishes.drain()) {
      if (wish.kind === RETURN) this.#wishes.push(wish);
      else this.finish(wish, undefined, wish.lacks > 0);
    }
  }

  protected get idle(): boolean {
    const { head } = this.#offers;
    if (this.#taken !== undefined || this.#hearing.size > 0 || this.#kept?.ready) return false;
    return !head || !bringsItem(head);
  }

  /** Lets items fill wishes until no more are at hand, and then asks for one, if one is wanted. */
  protected advance(): void {
    if (this.#running) return;
    if (this.opening !== undefined && this.#wishes.head !== undefined) this.begin(this.opening);
    do {
      while (this.#step());
      this.settle();
    } while (this.#resume() || this.#ask());
    this.changed?.();
  }

  protected override settle(): void {
    super.settle();
    while (this.#unclosed.length > 0) void this.#closeSource(this.#unclosed.shift()!);
  }

  /** A call that nobody answers any more: a wish for many is given what it has gathered. */
  protected override finish(call: Call, value: unknown, handed: boolean): void {
    const { gathered, supply } = call as Partial<
      Pick<Wish<T>, "gathered"> & Pick<Offer<T>, "supply">
    >;
    if (gathered !== undefined && (gathered.length > 0 || isPlain(call.kind))) {
      this.#answer(call, gathered);
    } else if (supply?.source !== undefined && !supply.busy) {
      this.#hearing.add(call as Offer<T>);
      this.#unclosed.push(call as Offer<T>);
    } else super.finish(call, value, handed);
  }

  protected override tell(call: Call, outcome: unknown): void {
    const { supply } = call as Offer<T>;
    supply?.drop();
    if (supply?.source !== undefined) this.#unclosed.push(call as Offer<T>);
    (call as Wish<T> | Offer<T>).waits = false;
    super.tell(call, outcome);
  }

  /** The first wish and the first offer meet. @returns Whether anything has come of it. */
  #step(): boolean {
    const wish = this.#wishes.head;
    const offer = this.#taken ?? this.#offers.head;
    const supply = offer?.supply;
    if (offer !== undefined && supply?.failure !== undefined) {
      this.#offers.remove(offer);
      this.tell(offer, supply.failure);
      return true;
    }
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

  /** The writer hears of the error or the departure that a wish brings. Then it is one for an item. */
  #hear(wish: Wish<T>, offer: Offer<T>): boolean {
    if (!bringsItem(offer)) {
      if (wish.kind === RETURN) return this.#end(wish, offer);
      // The writer has closed without having heard of it.
      this.#wishes.remove(wish);
      this.refuse(wish, wish.value);
      return true;
    }
    if (wish.kind === RETURN) this.#finishOffers();
    else {
      if (offer === this.#taken) this.#taken = undefined;
      else this.#offers.remove(offer);
      this.refuse(offer, wish.value);
    }
    wish.value = undefined;
    wish.lacks = 1;
    return true;
  }

  /** A wish is told how the writer has closed; unless it has gathered something, which it is given. */
  #end(wish: Wish<T>, last: Offer<T>): boolean {
    this.#wishes.remove(wish);
    if (wish.gathered !== undefined && wish.gathered.length > 0) {
      this.#answer(wish, wish.gathered);
      return true;
    }
    this.phase = ENDED;
    this.#offers.remove(last);
    if (last.kind === THROW) this.refuse(wish, last.value);
    else this.finish(wish, last.value, wish.lacks > 0);
    for (const other of this.#wishes.drain()) this.finish(other, undefined, false);
    return false;
  }

  /** A wish gets of the items that are at hand. */
  #fill(wish: Wish<T>, supply: Supply<T>, offer: Offer<T> | undefined): boolean {
    if (wish.borrows && this.#wishes.length === 1) {
      const list = offer === undefined || (supply.source === undefined && !supply.async);
      this.#grant(wish, list ? new ListLoan(supply) : new Loan(this, offer));
    } else if (wish.gathered === undefined) this.#give(wish, supply.take());
    else {
      const before = wish.gathered.length;
      wish.gathered = supply.takeMany(wish.lacks, wish.gathered);
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

  /** A wish waits for an item of a source, which is asked. @returns Whether it has answered. */
  #ask(): boolean {
    const supply = this.#wishes.head && this.#offers.head?.supply;
    if (supply === undefined || supply.busy) return false;
    if (supply.async) {
      this.age++;
      void supply.ask(() => this.advance());
      return false;
    }
    do this.#run(supply);
    while (this.#joins(supply));
    return true;
  }

  /** Takes an item of a supply, whose iterator is asked if none is at hand. */
  #find(supply: Supply<T>): IteratorYieldResult<T> | undefined {
    if (!supply.ready && !supply.async && supply.source !== undefined) this.#run(supply);
    if (!supply.ready) return undefined;
    const value = supply.take();
    if (this.#postponed.length > 0) this.advance();
    return { value, done: false };
  }

  #run(supply: Supply<T>): void {
    this.#running = true;
    supply.run();
    this.#running = false;
  }

  /** What a source has answered joins the wish for many, and is not the last that this lacks. @returns Whether this is so. */
  #joins(supply: Supply<T>): boolean {
    const wish = this.#wishes.head;
    if (wish?.gathered === undefined || wish.lacks < 2) return false;
    if (!supply.ready || this.#kept !== undefined || this.#postponed.length > 0) return false;
    wish.gathered.push(supply.take());
    wish.lacks--;
    return true;
  }

  /** Postpones a transition while an iterator runs. @returns Whether one does. */
  #postpones(act: () => void): boolean {
    if (this.#running) this.#postponed.push(act);
    return this.#running;
  }

  /** Does what was postponed while an iterator ran. @returns Whether there was anything. */
  #resume(): boolean {
    if (this.#postponed.length === 0) return false;
    this.#postponed.shift()!();
    return true;
  }

  async #closeSource(offer: Offer<T>): Promise<void> {
    let failure: Failure | undefined;
    try {
      const answer = offer.supply!.close();
      if (answer !== undefined) await answer;
    } catch (error) {
      failure = new Failure(error);
    }
    if (!this.#hearing.delete(offer)) return;
    if (failure === undefined) super.finish(offer, undefined, false);
    else this.tell(offer, failure);
    this.settle();
  }

  /** Settles the writer's offers, since the reader has left. @returns How many items its departure lacks now. */
  #finishOffers(): number {
    this.#dropKept();
    const taken = this.#taken;
    const offers = this.#drainOffers();
    for (const offer of offers) {
      this.finish(offer, undefined, offer === taken || (offer.supply?.exhausted ?? false));
    }
    return offers.length > 0 ? 1 : 0;
  }

  /** Takes out all offers, but not how the writer has closed. */
  #drainOffers(): Offer<T>[] {
    const offers = this.#offers.drain();
    const last = offers.at(-1);
    if (last !== undefined && !bringsItem(last)) this.#offers.push(offers.pop()!);
    if (this.#taken !== undefined) offers.unshift(this.#taken);
    this.#taken = undefined;
    return offers;
  }

  #cancel(call: Wish<T> | Offer<T>, reason: unknown): void {
    if (!call.waits) return;
    if (call.side === CLIENT) {
      this.#wishes.remove(call);
      if (call.gathered !== undefined && call.gathered.length > 0) {
        this.#kept = new Supply(call.gathered);
        this.age++;
      }
    } else if (call === this.#taken) this.#taken = undefined;
    else if (!this.#hearing.delete(call)) this.#offers.remove(call);
    this.refuse(call, reason);
    this.advance();
    this.settle();
  }

  /**
   * If the writer has closed, this gives up only the calls that wait. But a reader from which items are cut off is told of
   * the cut, and not that the writer has returned.
   */
  #destroy(reason: unknown): void {
    for (const offer of this.#hearing) this.refuse(offer, reason);
    this.#hearing.clear();
    if (this.phase !== ENDED) this.#cutOff(reason);
    this.advance();
    this.announce(CLIENT);
    this.announce(SERVER);
  }

  /** Gives up all calls that wait. */
  #cutOff(reason: unknown): void {
    const taken = this.#taken;
    const offers = this.#drainOffers();
    const cut =
      this.#kept?.ready || offers.some((offer) => offer !== taken && !offer.supply?.exhausted);
    const last = this.#offers.head;
    this.#dropKept();
    if (last === undefined || (last.kind === RETURN && cut)) {
      const wishes = this.#wishes.drain();
      const first = wishes.find(({ gathered }) => gathered === undefined || gathered.length === 0);
      this.endWith(reason, first, offers[0]);
      this.refuseOpening(reason);
      for (const wish of wishes) {
        if (wish === first) this.refuse(wish, reason);
        else this.finish(wish, undefined, wish.lacks > 0);
      }
    }
    for (const offer of offers) this.refuse(offer, reason);
  }

  #dropKept(): void {
    this.#kept?.drop();
    this.#kept = undefined;
  }
}
