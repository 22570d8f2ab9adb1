/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The script of the page that `toHTML` writes and `live` serves. It is built into page-script.ts. */
import type { ChannelEvent } from "./events.ts";
import { pictureOf } from "./picture.ts";
import type { Lane, Picture } from "./picture.ts";
import { count, duration, grouped, printable } from "./text.ts";
import { Knowledge, lookupIn, tell } from "./waits.ts";
import type { Told } from "./waits.ts";

/** What comes from a program that runs. */
export interface Batch {
  readonly events: readonly ChannelEvent[];
  /** How many events there have been for which there was no room. */
  readonly dropped: number;
  /** All that waits now. */
  readonly waits: readonly Told[];
  readonly now: number;
}

const mostEvents = 10_000;
const axis = 26;
const rowHeight = 22;
const barHeight = 12;

const byId = (id: string): HTMLElement => document.getElementById(id)!;
const canvas = byId("view") as HTMLCanvasElement;
const context = canvas.getContext("2d")!;
const scrubber = byId("mark") as HTMLInputElement;
const filter = byId("filter") as HTMLInputElement;
const only = byId("only") as HTMLInputElement;

/** What has happened; nothing if it is to come from a program that runs. */
const given = JSON.parse(byId("events").textContent) as ChannelEvent[] | null;
let events: ChannelEvent[] = given ?? [];
let picture: Picture = pictureOf(events);
/** What a program that runs has told last. */
let latest: Batch | undefined;
/** How many events this page has dropped itself. */
let dropped = 0;
/** The event at the mark. */
let mark = events.length - 1;
let knowledge = new Knowledge();
let known = 0;
/** How wide the names of the lanes are. */
let names = 0;
/** Pixels for a millisecond, and which millisecond stands at the left. */
let scale = 0;
let left = 0;
/** How far the lanes are scrolled. */
let top = 0;
let asked = false;

function timeOf(index: number): number {
  return events[Math.max(0, Math.min(index, events.length - 1))]?.t ?? 0;
}

function fit(): void {
  const lengths = picture.lanes.map(({ name, routine = "" }) => name.length + routine.length);
  names = Math.min(340, 100 + Math.max(0, ...lengths) * 7.3);
  const span = timeOf(events.length - 1) - timeOf(0);
  scale = (canvas.clientWidth - names - 40) / Math.max(span, 0.01);
  left = timeOf(0);
}

/** Everything that has happened up to the mark. */
function atMark(): Knowledge {
  if (known > mark + 1) {
    knowledge = new Knowledge();
    known = 0;
  }
  for (; known <= mark; known++) knowledge.apply(events[known]!);
  return knowledge;
}

function told(): readonly Told[] {
  if (latest !== undefined && mark === events.length - 1) return latest.waits;
  const { waiting } = atMark();
  const lookup = lookupIn(waiting);
  return waiting.map((one) => tell(one, timeOf(mark), lookup));
}

function shownLanes(waits: readonly Told[]): Lane[] {
  const wanted = filter.value.toLowerCase();
  const calls = new Set(waits.map(({ call }) => call));
  const chosen = new Set<Lane>();
  for (const { lane, at, routine, call } of picture.bars) {
    const text = [lane.name, lane.routine, at, routine].join("\n").toLowerCase();
    if (text.includes(wanted) && (!only.checked || calls.has(call))) chosen.add(lane);
  }
  return picture.lanes.filter((lane) => chosen.has(lane));
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** What has happened at the mark. */
function describe(event: ChannelEvent): string {
  const { type, channel } = event;
  const { name } = atMark().of(channel);
  if (!("call" in event)) return `${name}: ${type === "body" ? `${event.routine} begins` : type}`;
  const op = picture.bars.find(({ call }) => call === event.call)?.op ?? "call";
  return `${name}.${event.end}.${op}: ${type === "answer" ? event.how : type}`;
}

function list(waits: readonly Told[]): void {
  const now = latest !== undefined && mark === events.length - 1 ? latest.now : timeOf(mark);
  scrubber.max = `${events.length - 1}`;
  scrubber.valueAsNumber = mark;
  const before = dropped + (latest?.dropped ?? 0);
  const gone = before > 0 ? `, ${grouped(before)} before` : "";
  byId("about").textContent =
    `${grouped(mark + 1)} of ${count(events.length, "event")}${gone} · ${duration(timeOf(mark) - timeOf(0))} · ${events.length > 0 ? printable(describe(events[mark]!)) : ""}`;
  const items = waits.slice(0, 200).map(({ title, at, t, why: sentences }) => {
    const item = document.createElement("li");
    const where = at === undefined ? "" : `, at ${printable(at)}`;
    item.append(element("b", title), ` since ${duration(now - t)}${where}`);
    for (const sentence of sentences) item.append(element("p", sentence));
    return item;
  });
  byId("waits").replaceChildren(element("h3", `Waiting: ${grouped(waits.length)}`), ...items);
}

/** Draws what can be seen, once for each frame. */
function draw(): void {
  asked = false;
  if (scale === 0) fit();
  const waits = told();
  list(waits);
  const ratio = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const theme = getComputedStyle(document.body);
  const { color, backgroundColor } = theme;
  const colour = (name: string): string => theme.getPropertyValue(`--${name}`);
  const x = (t: number): number => names + (t - left) * scale;
  const c = context;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.font = "12px monospace";
  c.textBaseline = "middle";
  const fill = (
    paint: string,
    ...box: [x: number, y: number, width: number, height: number]
  ): void => {
    c.fillStyle = paint;
    c.fillRect(...box);
  };
  const write = (paint: string, text: string, at: number, y: number, room?: number): void => {
    c.fillStyle = paint;
    c.fillText(text, at, y, room);
  };

  const ys = new Map<Lane, number>();
  let y = axis - top;
  let channel: number | undefined;
  for (const lane of shownLanes(waits)) {
    if (channel !== undefined && channel !== lane.channel) y += 8;
    channel = lane.channel;
    ys.set(lane, y);
    y += rowHeight + (lane.width - 1) * (barHeight + 2);
  }
  top = Math.max(0, Math.min(top, y + top - height + 20));
  const seen = (lane: Lane): boolean => {
    const at = ys.get(lane);
    return at !== undefined && at > -rowHeight * lane.width && at < height;
  };
  const middle = (lane: Lane, column: number): number =>
    ys.get(lane)! + rowHeight / 2 + column * (barHeight + 2);

  // A tick for each power of ten, or five times as much.
  const power = 10 ** Math.floor(Math.log10(100 / scale));
  const tick = power * scale < 40 ? power * 5 : power;
  const start = timeOf(0);
  c.textAlign = "left";
  for (
    let t = Math.max(0, Math.ceil((left - start) / tick) * tick);
    x(start + t) < width;
    t += tick
  ) {
    fill(colour("line"), x(start + t), 0, 1, height);
    write(
      colour("request"),
      tick < 1 ? `${Math.round(t * 1000)} \u00b5s` : duration(t),
      x(start + t) + 4,
      axis / 2,
    );
  }
  for (const [lane, at] of ys) {
    if (seen(lane)) fill(colour("line"), names, at + rowHeight / 2, width, 1);
  }

  /** How far the bars of a row have been drawn: one that would not be seen beside the last is left out. */
  const drawn = new Map<number, number>();
  for (const bar of picture.bars) {
    const { lane, column, op } = bar;
    if (!seen(lane)) continue;
    const row = middle(lane, column);
    const never = bar.to === undefined || bar.how === "collected";
    const from = x(timeOf(bar.from));
    const to = bar.to === undefined ? width : x(timeOf(bar.to));
    if (to < names || from > width || (!never && to - 1 < (drawn.get(row) ?? 0))) continue;
    drawn.set(row, to);
    const at = row - barHeight / 2;
    fill(colour(never ? "end" : "wait"), from, at, Math.max(to - from, 2), barHeight);
    if (Math.min(to, width) - Math.max(from, names) > op.length * 7 + 8) {
      write("#000", op, Math.max(from, names) + 4, at + barHeight / 2 + 1);
    }
    if (op === "return" || op === "throw") {
      write(colour("end"), "\u2715", from - 4, at + barHeight / 2 + 1);
    }
  }
  /** Where the next one is, of the same channel. */
  const nexts = new Map<number, number>();
  for (const { from, to, index, value = "", what } of picture.handOvers.toReversed()) {
    if (!seen(from.lane) || !seen(to.lane)) continue;
    const at = Math.round(x(timeOf(index)));
    const next = nexts.get(to.lane.channel) ?? Infinity;
    if (at < names || at > width || at === next) continue;
    nexts.set(to.lane.channel, at);
    const [begin, end] = [middle(from.lane, from.column), middle(to.lane, to.column)];
    const down = Math.sign(end - begin);
    const paint = (c.strokeStyle = colour(what));
    c.setLineDash(what === "request" ? [3, 3] : []);
    c.beginPath();
    c.moveTo(at + 0.5, begin);
    c.lineTo(at + 0.5, end - down * 5);
    c.stroke();
    write(paint, down > 0 ? "\u25be" : "\u25b4", at - 3.5, end - down * 4);
    // Only where there is room for it.
    if (at + value.length * 7.3 + 9 < next) write(paint, value, at + 6, (begin + end) / 2);
  }
  c.setLineDash([]);

  // What comes after the mark is pale.
  const now = x(timeOf(mark));
  if (mark < events.length - 1) {
    c.globalAlpha = 0.6;
    fill(backgroundColor, Math.max(now, names), axis, width, height);
    c.globalAlpha = 1;
  }
  fill(color, now, 0, 1.5, height);
  fill(backgroundColor, 0, 0, names, height);
  for (const [lane] of ys) {
    if (!seen(lane)) continue;
    const at = middle(lane, 0);
    const { name, end, routine = "" } = lane;
    c.textAlign = "left";
    write(color, `${name}.${end}`, 10, at, names - 20);
    c.textAlign = "right";
    write(colour("request"), routine, names - 10, at, names / 2);
  }
  fill(colour("line"), names - 1, 0, 1, height);
}

function redraw(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(draw);
}

function moveTo(index: number): void {
  mark = Math.max(0, Math.min(index, events.length - 1));
  const at = names + (timeOf(mark) - left) * scale;
  if (at < names || at > canvas.clientWidth)
    left += (at - (canvas.clientWidth + names) / 2) / scale;
  redraw();
}

scrubber.oninput = () => moveTo(scrubber.valueAsNumber);
filter.oninput = only.onchange = redraw;
onresize = onfocus = redraw;
canvas.ondblclick = () => {
  fit();
  redraw();
};
document.onkeydown = ({ key, target }) => {
  // The scrubber steps by itself.
  if (target === scrubber || target === filter) return;
  moveTo(mark + Number(key === "ArrowRight") - Number(key === "ArrowLeft"));
};
canvas.onwheel = (event) => {
  event.preventDefault();
  const t = left + (event.offsetX - names) / scale;
  scale *= Math.exp(-event.deltaY / 400);
  left = t - (event.offsetX - names) / scale;
  redraw();
};
let dragged = 0;
canvas.onpointerdown = ({ pointerId }) => {
  canvas.setPointerCapture(pointerId);
  dragged = 0;
};
canvas.onpointermove = ({ buttons, movementX, movementY }) => {
  if (buttons === 0) return;
  dragged += Math.abs(movementX) + Math.abs(movementY);
  left -= movementX / scale;
  top = Math.max(0, top - movementY);
  redraw();
};
canvas.onpointerup = ({ offsetX }) => {
  const t = left + (offsetX - names) / scale;
  // The last event that had happened by then.
  if (dragged < 4) moveTo(events.filter((event) => event.t <= t).length - 1);
};

if (given === null) {
  new EventSource("events").onmessage = ({ data }) => {
    const follows = mark === events.length - 1;
    latest = JSON.parse(String(data)) as Batch;
    events.push(...latest.events);
    const over = Math.max(0, events.length - mostEvents);
    events = events.slice(over);
    dropped += over;
    picture = pictureOf(events);
    known = 0;
    knowledge = new Knowledge();
    mark = follows ? events.length - 1 : Math.max(0, mark - over);
    if (follows) fit();
    redraw();
  };
}
redraw();
