/** What a {@link Queue} holds: the links are part of it. */
export interface Link<L> {
  next: L | undefined;
  previous: L | undefined;
}

/** First in, first out; one of many is taken out in constant time, since what waits is its own link. */
export class Queue<L extends Link<L>> {
  head: L | undefined;
  tail: L | undefined;
  length = 0;

  push(link: L): void {
    const tail = this.tail;
    if (tail === undefined) this.head = link;
    else {
      tail.next = link;
      link.previous = tail;
    }
    this.tail = link;
    this.length++;
  }

  remove(link: L): void {
    const { previous, next } = link;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    link.previous = link.next = undefined;
    this.length--;
  }

  /** Takes everything out, in order. */
  drain(): L[] {
    const links: L[] = [];
    for (let link = this.head; link !== undefined; link = this.head) {
      this.remove(link);
      links.push(link);
    }
    return links;
  }
}
