import type { ChannelEvent } from "./events.ts";
import { hash, script } from "./page-script.ts";

const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--dim:#59636e;--line:#d1d9e0;--wait:#e3b341;--item:#0969da;--request:#9198a1;--end:#d1242f}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#f0f6fc;--dim:#9198a1;--line:#3d444d;--wait:#9e6a03;--item:#4493f8;--request:#6e7681;--end:#f85149}}
body{margin:0;height:100vh;display:grid;grid:auto 1fr auto/1fr 22em;gap:8px;background:var(--bg);color:var(--fg);font:14px system-ui}
header,footer{grid-column:span 2;padding:8px}
canvas{width:100%;height:100%;min-height:0;touch-action:none}
ul{margin:0;padding:8px;overflow:auto;list-style:none;overflow-wrap:anywhere}
#mark{width:100%}h2{font-size:15px}p{margin:0 0 8px;color:var(--dim)}i{color:var(--c);margin-left:12px}`;

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
  return pageOf(events, false);
}

/** What the page may do: run its own script, and hear of the program that it shows. */
export function policy(live: boolean): string {
  const self = live ? ";connect-src 'self'" : "";
  return `default-src 'none';img-src data:;script-src '${hash}';style-src 'unsafe-inline'${self}`;
}

/** The page, for what has happened, or for what happens now. */
export function pageOf(events: readonly ChannelEvent[], live: boolean): string {
  const json = JSON.stringify(events).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(live)}">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Channels</title>
<style>${style}</style>
<body${live ? " data-live" : ""}>
<header><input id="filter" placeholder="channel, routine or file"> <label><input id="only" type="checkbox"> only what waits at the mark</label>${key.join("")}</header>
<canvas id="view"></canvas>
<ul id="waits"></ul>
<footer><input id="mark" type="range" min="0"><span id="about"></span></footer>
<script type="application/json" id="events">${json}</script>
<script>${script}</script>
`;
}
