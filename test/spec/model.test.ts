/** The model itself, against the examples and the table of the contract. */
import { expect, test } from "vitest";
import { Model, type Outcome } from "./model.ts";

const e = new Error("e");
const x = new Error("x");
const done = (value?: unknown): Outcome => ({ value, done: true });
const item = (value: unknown): Outcome => ({ value, done: false });
const closed = (value: unknown, undelivered: boolean, cause?: unknown): Outcome => ({
  closed: { value, cause, undelivered },
});
const put: Outcome = { put: true };
const S = "server";
const C = "client";

function opened(options?: ConstructorParameters<typeof Model>[0]): Model {
  const model = new Model(options);
  model.open();
  return model;
}

test("A 0 B 1", () => {
  const model = opened();
  const calls = [
    model.receive(C),
    model.send(S, "A"), //    prints A
    model.send(C, 0), //      prints 0
    model.send(S, "B"), //    prints B
    model.send(C, 1), //      prints 1
    model.return(S),
  ];
  expect(calls.map((call) => call.out)).toEqual([
    { sent: "A" },
    { sent: 0 },
    { sent: "B" },
    { sent: 1 },
    closed(undefined, false),
    done(),
  ]);
});

test("the first request opens the server, and each end's calls are one sequence", () => {
  const model = new Model();
  const requests = [model.next(C, "ignored"), model.next(C, "a"), model.next(C, "b")];
  const open = model.open();
  expect(open.out).toEqual({ opened: true });
  expect(requests.map((call) => call.out)).toEqual([undefined, undefined, undefined]);
  expect([model.send(S, 1).out, model.send(S, 2).out]).toEqual([{ sent: "a" }, { sent: "b" }]);
  expect(model.send(S, 3).out).toBeUndefined();
  expect(requests.map((call) => call.out)).toEqual([item(1), item(2), item(3)]);
});

test("the server returns: what is queued comes first, then r, then done", () => {
  const model = opened();
  model.next(C);
  const sends = [model.send(S, 1), model.send(S, 2)];
  expect(model.return(S, "r").out).toEqual(done("r"));
  expect(model.next(C, "a").out).toEqual(item(2));
  expect(model.next(C, "b").out).toEqual(done("r"));
  expect(sends.map((call) => call.out)).toEqual([{ sent: "a" }, { sent: "b" }]);
  expect(model.next(C).out).toEqual(done());
  expect(model.send(C, 1).out).toEqual(closed("r", true));
  expect(model.next(S).out).toEqual(done());
  expect(model.send(S, 3).out).toHaveProperty("closed");
});

test("the server throws: the first waiting request gets the error, the others are done", () => {
  const model = opened();
  const requests = [model.next(C), model.next(C), model.send(C, 1), model.throw(C, x)];
  expect(model.throw(S, e).out).toEqual(done());
  expect(requests.map((call) => call.out)).toEqual([
    { error: e },
    done(),
    closed(undefined, true, e),
    { error: x },
  ]);
  expect(model.throw(S, x).out).toEqual({ error: x });
});

test("the client leaves a bare end", () => {
  const model = opened();
  model.next(C);
  const calls = [model.send(S, 1), model.send(S, 2), model.next(S)];
  expect(model.return(C, "v").out).toEqual(done("v"));
  expect(calls.map((call) => call.out)).toEqual([closed("v", false), closed("v", true), done()]);
  expect(model.send(S, 3).out).toEqual(closed("v", true));
  expect(model.closed).toBe(true);
});

test("the client leaves while it waits: its requests are done, a later next gets v", () => {
  const model = opened();
  const requests = [model.next(C), model.send(C, 1), model.throw(C, x)];
  model.return(C, "v");
  expect(requests[0]!.out).toEqual(done());
  expect(requests[1]!.out).toMatchObject({ closed: { undelivered: true } });
  expect(requests[2]!.out).toEqual({ error: x });
  expect([model.next(S).out, model.next(S).out]).toEqual([done("v"), done()]);
});

test("the client leaves a body: its return gets what the body does next", () => {
  const unwound = opened({ scoped: true });
  unwound.next(C);
  const send = unwound.send(S, 1);
  const leaving = unwound.return(C, "v");
  expect([send.out, leaving.out]).toEqual([closed("v", false), undefined]);
  unwound.bodyUnwinds();
  expect([leaving.out, unwound.calls[0]!.out]).toEqual([done("v"), { served: undefined }]);

  const sendsAgain = opened({ scoped: true });
  const request = sendsAgain.next(C);
  const left = sendsAgain.return(C, "v");
  expect(request.out).toEqual(done());
  expect(sendsAgain.send(S, 1).out).toEqual(closed("v", true));
  expect(sendsAgain.send(S, 2).out).toBeUndefined();
  expect(left.out).toEqual(item(2));
  const after = sendsAgain.next(C);
  sendsAgain.bodyReturns("r");
  expect([after.out, sendsAgain.calls[0]!.out]).toEqual([done("r"), { served: "r" }]);

  const unaware = opened({ scoped: true });
  unaware.next(C);
  const early = unaware.return(C, "v");
  unaware.bodyThrows(e);
  expect([early.out, unaware.calls[0]!.out]).toEqual([{ error: e }, { error: e }]);
});

test("the client throws into the channel: the server may catch it and go on", () => {
  const model = opened();
  model.next(C);
  const send = model.send(S, 1);
  const thrown = model.throw(C, e);
  expect([send.out, thrown.out]).toEqual([{ error: e }, undefined]);
  model.send(S, 2);
  expect(thrown.out).toEqual(item(2));
});

test("the client returns or throws before it started", () => {
  const returned = opened();
  expect(returned.return(C, "v").out).toEqual(done("v"));
  expect(returned.calls[0]!.out).toEqual({ closed: { value: "v", cause: undefined } });
  const thrown = opened();
  expect(thrown.throw(C, e).out).toEqual({ error: e });
  expect(thrown.calls[0]!.out).toEqual({ closed: { value: undefined, cause: e } });
  const body = opened({ scoped: true });
  body.return(C, "v");
  expect(body.calls[0]!.out).toEqual({ served: undefined });
});

test("the channel's signal aborts: the first call of each end is told, waiting or next to come", () => {
  const serving = opened();
  serving.next(C);
  const calls = [serving.send(S, 1), serving.next(S)];
  serving.abort(x);
  expect(calls.map((call) => call.out)).toEqual([{ aborted: x }, { aborted: x }]);
  expect([serving.next(C).out, serving.next(C).out]).toEqual([{ aborted: x }, done()]);
  expect(serving.send(S, 2).out).toEqual(closed(undefined, true, x));
  const asking = opened();
  const requests = [asking.next(C), asking.next(C)];
  asking.abort(x);
  expect(requests.map((call) => call.out)).toEqual([{ aborted: x }, done()]);
  expect([asking.put(S, 1).out, asking.next(S).out]).toEqual([{ aborted: x }, done()]);
});

test("after an abort, to leave is no question: then nobody is told", () => {
  const model = opened();
  model.next(C);
  model.send(S, 1);
  model.abort(x);
  expect(model.return(C, "v").out).toEqual(done("v"));
  expect(model.next(C).out).toEqual(done());
  const thrown = opened();
  thrown.abort(x);
  expect([thrown.throw(C, e).out, thrown.next(C).out]).toEqual([{ error: e }, done()]);
});

test("a return that waits for its body rejects with the reason", () => {
  const model = opened({ scoped: true });
  model.next(C);
  model.send(S, 1);
  const leaving = model.return(C);
  model.abort(x);
  expect(leaving.out).toEqual({ aborted: x });
});

test("items that were waiting count: a client from which they are cut off is told the reason", () => {
  const model = opened();
  model.next(C);
  const sends = [model.send(S, 1), model.send(S, 2)];
  model.return(S, "r");
  model.abort(x);
  expect(sends.map((call) => call.out)).toEqual([{ aborted: x }, { aborted: x }]);
  expect([model.next(C).out, model.next(C).out]).toEqual([{ aborted: x }, done()]);
});

test("a call that is cancelled before its hand-over was never made", () => {
  const model = opened();
  model.next(C);
  const sends = [model.send(S, 1), model.send(S, 2), model.send(S, 3)];
  model.cancel(3, x);
  expect([model.next(C).out, model.next(C).out]).toEqual([item(3), undefined]);
  expect(sends.map((call) => call.out)).toEqual([
    { sent: undefined },
    { aborted: x },
    { sent: undefined },
  ]);
});

test("a queued send is cancelled between its neighbours and the server's ending", () => {
  const model = opened();
  model.next(C);
  model.send(S, 1);
  model.send(S, 2);
  model.return(S, "r");
  model.cancel(3, x);
  expect([model.next(C).out, model.next(C).out]).toEqual([done("r"), done()]);
});

test("only the first of the body's calls that a leaving rejects had been handed over", () => {
  const model = opened({ scoped: true });
  model.next(C);
  const sends = [model.send(S, 1), model.send(S, 2), model.send(S, 3)];
  model.return(C, "v");
  const outs = [closed("v", false), closed("v", true), closed("v", true)];
  expect(sends.map((call) => call.out)).toEqual(outs);
});

test("an ending passes by a call that was cancelled: it goes to the first that waits", () => {
  const model = opened();
  model.send(C, 1);
  const next = model.next(C);
  model.cancel(1, x);
  model.throw(S, e);
  expect(next.out).toEqual({ error: e });
});

test("a send that is cancelled after its hand-over: its answer is dropped", () => {
  const model = opened();
  model.next(C);
  model.send(S, 1);
  model.cancel(2, x);
  expect(model.send(C, "dropped").out).toBeUndefined();
  expect(model.send(S, 2).out).toBeUndefined();
  expect(model.calls[3]!.out).toEqual({ sent: 2 });
});

test("a receive that is cancelled after its hand-over: its place stays open", () => {
  const model = opened();
  model.receive(C);
  model.cancel(1, x);
  const send = model.send(S, 1);
  expect(model.send(C, "too early").out).toEqual({ misuse: "answer not taken" });
  expect(model.receive(C).out).toEqual({ sent: 1 });
  expect(send.out).toBeUndefined();
  model.send(C, "answer");
  expect(send.out).toEqual({ sent: "answer" });
});

test("a put waits until it has been taken, and then receive() gets the answer", () => {
  const model = opened();
  const puts = [model.put(S, 1), model.put(S, 2)];
  expect(puts.map((call) => call.out)).toEqual([undefined, undefined]);
  expect(model.next(C).out).toEqual(item(1));
  expect(puts.map((call) => call.out)).toEqual([put, undefined]);
  expect(model.next(C).out).toEqual(item(2)); //   its `undefined` is passed by
  expect(puts[1]!.out).toEqual(put);
  const receive = model.receive(S);
  const answer = model.send(C, "a");
  expect([receive.out, answer.out]).toEqual([{ sent: "a" }, undefined]);
});

test("an answer to a put that nobody has taken: the next that brings something is refused", () => {
  const model = opened();
  model.next(C);
  model.put(S, 1);
  const answer = model.send(C, "a");
  expect(answer.out).toBeUndefined();
  for (const call of [model.send(S, 2), model.put(S, 2), model.next(S, 2)]) {
    expect(call.out).toEqual({ misuse: "answer not taken" });
  }
  expect(model.next(S).out).toEqual(item("a"));
  model.send(S, 2);
  expect(answer.out).toEqual({ sent: 2 });
});

test("a call that brings something waits at an open place until the answer is there, in its turn", () => {
  const model = opened();
  model.next(C);
  model.put(S, 1);
  const calls = [model.put(S, 2), model.receive(S), model.put(S, 3)];
  expect(calls.map((call) => call.out)).toEqual([undefined, undefined, undefined]);
  const answer = model.send(C, "a"); //            refuses the first, is taken by the second
  const outs = [{ misuse: "answer not taken" }, { sent: "a" }, put];
  expect(calls.map((call) => call.out)).toEqual(outs);
  expect(answer.out).toEqual({ sent: 3 });
});

test("an error that answers a put is for the next call, and what that brings is not taken", () => {
  const model = opened();
  model.next(C);
  model.put(S, 1);
  const thrown = model.throw(C, e);
  expect([model.put(S, 2).out, thrown.out]).toEqual([{ error: e }, undefined]);
  model.put(S, 3);
  expect(thrown.out).toEqual(item(3));
});

test("a client's put is taken, and its answer is kept", () => {
  const model = opened();
  model.next(C);
  const send = model.send(S, 1);
  expect([model.put(C, "a").out, send.out]).toEqual([put, { sent: "a" }]);
  model.send(S, 2);
  expect(model.receive(C).out).toEqual({ sent: 2 });
});

test("who speaks first: what c1 brings is for the server's first receive() or next()", () => {
  for (const how of ["send", "put", "next"] as const) {
    const model = opened();
    const first = model[how](C, "Ann");
    expect([first.out, model.receive(S).out]).toEqual([undefined, { sent: "Ann" }]);
    expect(first.out).toEqual(how === "put" ? put : undefined);
    model.send(S, "Hello");
    if (how === "send") expect(first.out).toEqual({ sent: "Hello" });
    else expect(how === "next" ? first.out : model.next(C).out).toEqual(item("Hello"));
  }
});

test("who speaks first: a server that brings something passes it by, and a put is told", () => {
  const model = opened();
  const first = model.send(C, "Ann");
  model.send(S, 1);
  expect(first.out).toEqual({ sent: 1 });
  const passed = opened();
  const rejected = passed.put(C, "Ann");
  const send = passed.send(S, 1);
  expect([rejected.out, passed.receive(C).out]).toEqual([{ misuse: "passed by" }, { sent: 1 }]);
  expect(send.out).toBeUndefined();
});

test("who speaks first: with nothing, a server's receive() is what `yield` is", () => {
  for (const how of ["receive", "next", "send", "put"] as const) {
    const model = opened();
    const first = model[how](C, undefined);
    const receive = model.receive(S);
    const got = { receive: { sent: undefined }, next: item(undefined), send: { sent: undefined } };
    expect(receive.out).toBeUndefined();
    expect(how === "put" ? model.receive(C).out : first.out).toEqual(
      got[how === "put" ? "receive" : how],
    );
  }
});

test("a server's first receive waits to hear what the client brings", () => {
  const model = opened();
  model.send(C, "withdrawn");
  model.cancel(1, x);
  const receive = model.receive(S);
  expect(receive.out).toBeUndefined();
  model.send(C, "Ann");
  expect(receive.out).toEqual({ sent: "Ann" });
});

test("return(x) whose x misbehaves has ended the channel, and goes into a body", () => {
  const model = opened();
  model.next(C);
  const send = model.send(S, 1);
  expect(model.returnBadly(C, e).out).toEqual({ error: e });
  expect([send.out, model.closed]).toEqual([closed(undefined, false), true]);
  const scoped = opened({ scoped: true });
  scoped.next(C);
  const sent = scoped.send(S, 1);
  const leaving = scoped.returnBadly(C, e);
  expect([sent.out, leaving.out]).toEqual([{ error: e }, undefined]);
  scoped.bodyThrows(e);
  expect(leaving.out).toEqual({ error: e });
});

test("an unwanted answer waits for the next call, which answers it", () => {
  const model = opened();
  model.next(C);
  model.send(S, 1);
  model.cancel(2, x);
  const unwanted = model.send(C, "unwanted");
  model.cancel(3, x);
  expect(unwanted.out).toEqual({ aborted: x });
  const thrown = model.throw(C, e);
  expect(thrown.out).toBeUndefined();
  expect(model.send(S, 2).out).toBeUndefined();
  expect(thrown.out).toEqual(item(2));
});

test("an unwanted answer was never handed over when an end leaves", () => {
  const [left, ended] = [opened(), opened()];
  for (const model of [left, ended]) {
    model.next(C);
    model.send(S, 1);
    model.cancel(2, x);
    model.send(C, "unwanted");
  }
  left.return(C);
  ended.return(S, "r");
  expect(left.calls[3]!.out).toEqual(closed(undefined, true));
  expect(ended.calls[3]!.out).toEqual(closed("r", true));
});

test("an open place with an ending at it: any call hears that", () => {
  const model = opened();
  model.receive(C);
  model.cancel(1, x);
  model.return(S, "r");
  expect(model.send(C, 1).out).toEqual(closed("r", true));
  const scoped = opened({ scoped: true });
  scoped.next(C);
  scoped.receive(S);
  scoped.cancel(2, x);
  scoped.return(C, "v");
  expect(scoped.send(S, 1).out).toEqual(closed("v", true));
});

test("a throw closes an open place: it answers the item that nobody took", () => {
  const model = opened();
  model.receive(C);
  model.cancel(1, x);
  const send = model.send(S, 1);
  const thrown = model.throw(C, e);
  expect([send.out, thrown.out]).toEqual([{ error: e }, undefined]);
});

test("the calls behind a receive that is cancelled: a value must not take its place", () => {
  const model = opened();
  model.receive(C);
  const behind = [model.send(C, 1), model.next(C), model.send(C, 2)];
  model.cancel(1, x);
  const send = model.send(S, "A");
  const outs = [{ misuse: "answer not taken" }, item("A"), undefined];
  expect(behind.map((call) => call.out)).toEqual(outs);
  expect(send.out).toEqual({ sent: 2 });
});

test("the client throws before the server started: all its requests are done", () => {
  const model = new Model();
  const requests = [model.next(C), model.send(C, 1)];
  expect(model.throw(C, e).out).toEqual({ error: e });
  expect(requests.map((call) => call.out)).toEqual([done(), closed(undefined, true, e)]);
  expect(model.open().out).toEqual({ closed: { value: undefined, cause: e } });
});

test("a throw that was never handed over rejects with its own error", () => {
  const model = opened();
  model.send(C, 1);
  model.cancel(1, x);
  model.return(S, "r");
  expect([model.throw(C, e).out, model.next(C).out]).toEqual([{ error: e }, done()]);
});

test("the channel's signal aborts after an end has closed: the ending is still heard", () => {
  const ended = opened();
  ended.next(C);
  const sends = [ended.send(S, 1), ended.send(S, 2)];
  ended.throw(S, e);
  ended.abort(x);
  expect(sends.map((call) => call.out)).toEqual([{ aborted: x }, { aborted: x }]);
  expect(ended.send(C, 3).out).toEqual({ error: e });
  expect(ended.send(C, 4).out).toEqual(closed(undefined, true, e));
  const left = opened();
  left.next(C);
  left.return(C, "v");
  left.abort(x);
  expect([left.send(S, 1).out, left.next(S).out]).toEqual([closed("v", true), done("v")]);
});

test("after the end nobody serves; that is no error to a body whose client left", () => {
  const model = opened();
  model.next(C);
  model.throw(S, e);
  expect(model.open().out).toEqual({ closed: { value: undefined, cause: e } });
  const scoped = new Model({ scoped: true });
  scoped.return(C);
  expect(scoped.open().out).toEqual({ served: undefined });
});

test("a call whose signal has aborted touches nothing", () => {
  const model = opened();
  model.next(C);
  model.refuse(x);
  expect(model.calls[2]!.out).toEqual({ aborted: x });
  expect(model.send(S, 1).out).toBeUndefined();
});

test("one call more than the limit overflows", () => {
  const model = opened({ limit: 1 });
  model.next(C);
  expect(model.next(C).out).toEqual({ overflow: true });
  expect(model.return(C).out).toEqual(done());
});
