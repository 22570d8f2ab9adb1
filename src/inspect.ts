/**
 * Tells who waits for whom. To import it turns it on, for the channels that are created from then on: import it before the
 * modules that create channels, or start the program with `node --import coroutine-channels/inspect app.js`.
 *
 * @module
 */
import { meetIn } from "./core/meet.ts";
import { makeReadable } from "./inspect/console.ts";
import { lastReport, report } from "./inspect/now.ts";
import { watchPieces } from "./inspect/pieces.ts";
import { print, variable, whenAsked, whenIdle } from "./inspect/process.ts";
import { keepFiles } from "./inspect/files.ts";
import { serveLive } from "./inspect/live.ts";
import { publish } from "./inspect/publish.ts";
import { Watched } from "./inspect/watched.ts";
import { WatchedStream } from "./inspect/watched-stream.ts";
import { meetIn as streamsMeetIn } from "./stream/machine/meet.ts";

export { record } from "./inspect/events.ts";
export { toHTML } from "./inspect/html.ts";
export { live } from "./inspect/live.ts";
export { report, waits } from "./inspect/now.ts";
export { toSVG } from "./inspect/svg.ts";
export { toTrace } from "./inspect/trace.ts";

export type { ChannelEvent, Recording, RecordOptions } from "./inspect/events.ts";
export type { Live, LiveOptions } from "./inspect/live.ts";
export type { Wait } from "./inspect/now.ts";

meetIn(Watched);
streamsMeetIn(WatchedStream);
watchPieces();
makeReadable();
const values = variable("CHANNELS_VALUES") === "1";
publish(values);
keepFiles(variable("CHANNELS_RECORD"), values);
showLive(variable("CHANNELS_LIVE"), values);
whenIdle(() => {
  const text = lastReport();
  if (text !== undefined) print(text);
});
whenAsked(() => print(report()));

function showLive(port: string | undefined, show: boolean): void {
  if (port === undefined || port === "") return;
  serveLive(Number(port), show).then(
    ({ url }) => print(`coroutine-channels: live at ${url}\n`),
    (error: Error) => print(`coroutine-channels: not live, ${error.message}\n`),
  );
}
