import { map, merge, Subject } from "rxjs";
import type { Observable } from "rxjs";

import { batchOf } from "../measure/batch-of.ts";
import type { Peer } from "../measure/peer.ts";

/** Calls its consumers at once and never waits: the reference for what is synchronous. */
export const peer: Peer = {
  title: "rxjs Subject",
  ahead: "synchronous",
  programs: {
    "one-way"(count, items) {
      let sum = 0;
      if (items === "integers") {
        const subject = new Subject<number>();
        subject.subscribe((item) => (sum += item));
        for (let i = 0; i < count; i++) subject.next(i);
      } else {
        const subject = new Subject<{ v: number }>();
        subject.subscribe((item) => (sum += item.v));
        for (let i = 0; i < count; i++) subject.next({ v: i });
      }
      return sum;
    },
    pipeline(count, stages) {
      let sum = 0;
      const subject = new Subject<number>();
      let source: Observable<number> = subject;
      for (let stage = 0; stage < stages; stage++) source = source.pipe(map((item) => item + 1));
      source.subscribe((item) => (sum += item));
      for (let i = 0; i < count; i++) subject.next(i);
      return sum;
    },
    "fan-out"(count, channels) {
      let sum = 0;
      const subjects = Array.from({ length: channels }, () => new Subject<number>());
      for (const subject of subjects) subject.subscribe((item) => (sum += item));
      for (let i = 0; i < count; i++) subjects[i % channels]?.next(i);
      return sum;
    },
    batches(count, size) {
      let sum = 0;
      const batch = batchOf(size);
      const subject = new Subject<number[]>();
      subject.subscribe((items) => {
        for (const item of items) sum += item;
      });
      for (let i = 0; i < count; i += size) subject.next(batch);
      return sum;
    },
    create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const subject = new Subject<number>();
        subject.subscribe((item) => (sum += item));
        subject.next(i);
        subject.complete();
      }
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => new Subject<number>()),
    merge(count, sources) {
      let sum = 0;
      const subjects = Array.from({ length: sources }, () => new Subject<number>());
      merge(...subjects).subscribe((item) => (sum += item));
      for (let i = 0; i < count; i++) subjects[i % sources]?.next(i);
      return sum;
    },
    broadcast(count, consumers) {
      let sum = 0;
      const subject = new Subject<number>();
      for (let i = 0; i < consumers; i++) subject.subscribe((item) => (sum += item));
      for (let i = 0; i < count / consumers; i++) subject.next(i);
      return sum;
    },
  },
};
