/**
 * Tells who waits for whom. To import it turns it on, for the channels that are created from then on: import it before the
 * modules that create channels, or start the program with `node --import coroutine-channels/inspect app.js`.
 *
 * @module
 */
import { meetIn } from "./core/meet.ts";
import { lastReport, report } from "./inspect/now.ts";
import { print, whenAsked, whenIdle } from "./inspect/process.ts";
import { Watched } from "./inspect/watched.ts";

export { record } from "./inspect/events.ts";
export { report, waits } from "./inspect/now.ts";
export { toHTML } from "./inspect/html.ts";
export { toSVG } from "./inspect/svg.ts";
export { toTrace } from "./inspect/trace.ts";

export type { ChannelEvent, Recording, RecordOptions } from "./inspect/events.ts";
export type { Wait } from "./inspect/now.ts";

meetIn(Watched);
whenIdle(() => {
  const text = lastReport();
  if (text !== undefined) print(text);
});
whenAsked(() => print(report()));
