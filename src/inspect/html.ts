import type { ChannelEvent } from "./events.ts";
import { hash, script } from "./page-script.ts";

const style = `
:root{color-scheme:light dark;--line:#8883;--wait:#d9a520;--item:#2f81f7;--request:#7d8590;--end:#e5484d}
body{margin:0;height:100vh;display:grid;grid:auto 1fr auto/1fr 22em;background:Canvas;color:CanvasText;font:14px system-ui}
header,footer{grid-column:span 2;padding:8px}
canvas{width:100%;height:100%;min-height:0;touch-action:none}
ul{margin:0;padding:8px;overflow:auto;list-style:none;overflow-wrap:anywhere}
#mark{width:100%}p{margin:0 0 8px;color:var(--request)}i{color:var(--c);margin-left:12px}`;

const key = [
  ["wait", "waits"],
  ["end", "never answered, the end"],
  ["item", "item"],
  ["request", "request"],
].map(([colour, text]) => `<i style="--c:var(--${colour})">\u25ac</i> ${text}`);

/**
 * Writes a page that replays the events: a timeline with a line for each end, to scale, and beside it who waits at the moment
 * of the mark, and why. One file, which loads nothing.
 *
 * @returns HTML; the same events give the same text.
 */
export function toHTML(events: readonly ChannelEvent[]): string {
  return pageOf(events);
}

/** What the page may do when it is served: run its own script, and hear of the program that it shows. */
export const policy: string = `default-src 'none';img-src data:;script-src '${hash}';style-src 'unsafe-inline';connect-src 'self';frame-ancestors 'none'`;

/** The page, for what has happened, or, without events, for what happens now. */
export function pageOf(events: readonly ChannelEvent[] | null): string {
  const json = JSON.stringify(events).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang=en>
<meta charset=utf-8>
<link rel=icon href=data:,>
<title>Channels</title>
<style>${style}</style>
<body>
<header><input id=filter placeholder="channel, routine, file"> <label><input id=only type=checkbox> only what waits</label>${key.join("")}</header>
<canvas id=view></canvas>
<ul id=waits></ul>
<footer><input id=mark type=range min=0><span id=about></span></footer>
<script type=application/json id=events>${json}</script>
<script>${script}</script>
`;
}
