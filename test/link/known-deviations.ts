/** Where the suites of near ends deviate with far ends, and why. */
import { byScope } from "../support/scope.ts";
import type { Deviation } from "./deviations.ts";

/** With few sequences, those of three arms have none in which it matters what is ready. */
const modelOfSelect = byScope({
  part: /the model > agrees for (long|all sequences: (2 arms|3 arms, 3 steps, { patient))/,
  usual: /the model > agrees for/,
  long: /the model > agrees for/,
});

export const known: readonly Deviation[] = [
  // A request takes a round trip: nothing is ready before it is asked for, and that a body has ended is heard of by the next request.
  ["F2", /select takes one item, and the others are still there/],
  ["F2", modelOfSelect],
  ["F2", /prefers the first of several that are ready/],
  ["F2", /rejects with an arm's error, and takes nothing from the others/],
  ["F2", /leaves a reader's item where it is when the reader loses/],
  ["F2", /puts back what a reader's lent source has given up/],
  ["F2", /an arm that is withdrawn while it is asked/],
  ["F2", /keeps an error for the next selection/],
  ["F2", /withdraws from an iterator whose next\(\) makes another arm ready/],
  ["F2", /does one and only one operation/],
  ["F2", /an abort at the moment of delivery loses nothing/],
  ["F2", /the server ends by .* emissions by .* are delivered first/],
  ["F2", /the channel's own signal aborts > an error that the server has thrown behind them/],
  ["F2", /the channel's own signal aborts > an ending that no item waits before/],
  ["F2", /reading a value's then from inside calls/],
  ["F2", /kind 5: .*, made while the server's (return|throw) settles a call of the client/],
  [
    "F2",
    /kind 5: .* > (?!server\.next).*, made while the client's return settles a call of the server/,
  ],
  ["F2", /kind 5: .*, made while an abort settles a call of the server/],
  ["F2", /an answer may be followed by a call of the same end before anybody else's/],
  ["F2", /nothing of the user's runs inside a call > not the other end's reaction/],
  ["F2", /the reader's throw\(\) > takes nothing of what a cancelled read has put back/],
  ["F2", /the stream's own signal > tells the reader, though the writer had returned/],
  // Of endings that cross, one is heard, and what crosses an ending is nobody's.
  ["F3", /what was handed over is received/, "seldom"],
  ["F3", /a receive cancelled after the hand-over .* to the client's leaving/],
  ["F3", /the reader's throw\(\) > is its caller's own where the writer has closed/],
  ["F3", /the stream's own signal > lets a read give what it has/],
  ["F3", /a reader that leaves while a read waits gets what had joined/],
  // Nothing is lent.
  ["F5", /a put > that is lent settles when it is pulled/],
  ["F5", /what is lent > (is there for the next call until it is pulled|comes from one call)/],
  ["F5", /effect, Queue: what a receive leaves is there for the next/],
  ["F5", /stream that lends several items at once/],
  ["F5", /a lent source > is advanced only as the reader pulls/],
  ["F5", /a lent source > is closed once when the reader leaves after [23] items/],
  ["F5", /a lent source > that is an array, and grows when its reader has come to its end/],
  ["F5", /a source that throws instead of item 3 > ends the lent iterator there/],
  // What a client sends has been taken by its own side.
  ["F7", /tells a sender whose item it did not take that it was not delivered/],
  ["F7", /serve(r)?\(\) > .*(receive\(\) gives|passes by) what the client's first put brings/],
  ["F7", /serve(r)?\(\) > a first value (that nobody has taken at the end|is withdrawn)/],
  ["F7", /the server ends by .* a client's waiting send gets what was returned/],
  ["F7", /the server ends by .* of a client's waiting send and .* the first gets it/],
  ["F7", /the client leaves by .* its own waiting send and .* get the end now/],
  ["F7", /a server that ends after a put does not hear the answer/],
  // The limit of a channel is its client's, and so is its signal, when it has ended.
  ["F8", /is being closed for ever holds no write whose stream is aborted/],
  ["F8", /a send cancelled after the hand-over > makes room for as many others as before/],
  // A server end is that of a body, for which a client that leaves waits, and which a client starts.
  ["body", /the client leaves by return.* a busy server's later .* is told/],
  ["body", /a client's waiting requests get the end before what it returns with is known/],
  ["body", /return\(a promise\) of the client rejects as the promise does/],
  ["body", /kind 7: return\(x\) whose x has .* rejects, and the client has ended the channel/],
  ["body", /the client (returns|throws) before it started > a body never runs/],
  ["body", /kind 8: the client's first .* is told, though/],
  ["body", /the channel's own signal aborts > serve(r)?\(\) is a call of the server/],
  ["body", /the channel's own signal aborts > a server that waits for its client/],
  ["body", /a body on the bare server end is a generator whose return waits for nobody/],
  ["body", /a call whose signal has aborted already > opens nothing when it is server/],
  [
    "body",
    /a call cancelled before the hand-over > (leaves a server end|is a body that never runs)/,
  ],
  ["body", /a server without a client waits, and may be given up/],
  ["body", /a second server is refused by a TypeError/],
  ["body", /what a client brings is there for the routine that serves next, too/],
  ["body", /a body that is no function is refused at once/],
  ["body", /^return\(promise\) awaits it, and then leaves/],
  [
    "body",
    /kind 5: .* > server\.next\(\), made while the client's return settles a call of the server/,
  ],
  ["body", /serve gives nothing if its client leaves before it starts/],
  ["body", /waits for what an end returns with, as its other calls do/],
  ["body", /a reader that leaves after 0 items ends the writer/],
  ["body", /is left at once with the reason of a cancel, though its server is busy/],
];
