import type { ChannelEvent } from "./events.ts";
import { pictureOf } from "./picture.ts";
import type { Bar, HandOver, Lane, Picture } from "./picture.ts";
import { duration, grouped, printable } from "./text.ts";

const mostHandOvers = 200;
/** A pause of so many milliseconds is shown as a gap. */
const pause = 5;

const row = 15;
const gap = 24;
const barWidth = 8;
const column = 11;
const letter = 6.7;
const margin = 16;
const headHeight = 62;

const style = `
svg{--bg:#fff;--fg:#1f2328;--dim:#59636e;--line:#d1d9e0;--wait:#e3b341;--item:#0969da;--ask:#9198a1;--end:#d1242f}
@media(prefers-color-scheme:dark){svg{--bg:#0d1117;--fg:#f0f6fc;--dim:#9198a1;--line:#3d444d;--wait:#9e6a03;--item:#4493f8;--ask:#6e7681;--end:#f85149}}
text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--fg)}
.bg{fill:var(--bg)}.halo{stroke:var(--bg);stroke-width:4px;paint-order:stroke}
.name{font-size:13px;font-weight:bold}.dim{fill:var(--dim)}.red{fill:var(--end)}.blue{fill:var(--item)}
.life{stroke:var(--line)}.wait{fill:var(--wait)}.never{fill:var(--end)}
.item,.request,.end,.cross{fill:none;stroke-width:1.5px}.item{stroke:var(--item)}.request{stroke:var(--ask);stroke-dasharray:4 3}
.end,.cross{stroke:var(--end)}.cross{stroke-width:2px}.m,.r{text-anchor:middle}.e{text-anchor:end}`;

/**
 * Draws a sequence diagram, for a README or a bug report: one line for each end, the server left of the client. Time runs
 * downwards, one row for each event. A bar is a call that waits, red if it was never answered; an arrow is what was handed
 * over. Of more than 200 hand-overs it draws the last 200.
 *
 * @returns The text of an SVG file; the same events give the same text.
 */
export function toSVG(events: readonly ChannelEvent[]): string {
  return new Drawing(events).text;
}

/** Where the line of an end stands. */
interface Line {
  readonly x: number;
  /** Where its labels are: on its outer side. */
  readonly outwards: -1 | 1;
}

class Drawing {
  readonly #picture: Picture;
  readonly #events: readonly ChannelEvent[];
  readonly #first: number;
  readonly #lines = new Map<Lane, Line>();
  /** The vertical position of each event. */
  readonly #y: number[] = [];
  readonly #marks: string[] = [];
  #width = 0;
  #height = 0;

  constructor(events: readonly ChannelEvent[]) {
    this.#events = events;
    this.#picture = pictureOf(events);
    const { handOvers } = this.#picture;
    this.#first =
      handOvers.length > mostHandOvers ? handOvers.at(-mostHandOvers - 1)!.index + 1 : 0;
    this.#placeLines();
    this.#placeRows();
    this.#drawLines();
    for (const bar of this.#picture.bars) this.#drawBar(bar);
    for (const handOver of handOvers) this.#drawHandOver(handOver);
    this.#drawRest(Math.max(0, handOvers.length - mostHandOvers));
  }

  get text(): string {
    const size = `width="${this.#width}" height="${this.#height}" viewBox="0 0 ${this.#width} ${this.#height}"`;
    const open = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="Channels">`;
    const ground = `<rect class="bg" width="${this.#width}" height="${this.#height}"/>`;
    return [open, `<style>${style}\n</style>`, ground, ...this.#marks, "</svg>", ""].join("\n");
  }

  /** Side by side, each as far from the next as their labels need. */
  #placeLines(): void {
    const { lanes, bars, handOvers } = this.#picture;
    const labels = new Map(lanes.map((lane) => [lane, 0]));
    for (const bar of bars)
      labels.set(bar.lane, Math.max(labels.get(bar.lane)!, widthOf(labelOf(bar))));
    const between = new Map<number, number>();
    for (const { to, value = "" } of handOvers) {
      const { channel } = to.lane;
      between.set(channel, Math.max(between.get(channel) ?? 0, widthOf(clipped(value))));
    }
    let x = margin;
    for (const lane of lanes) {
      const outwards = lane.end === "server" ? -1 : 1;
      const columns = (lane.width - 1) * column + barWidth;
      const head = widthOf(lane.routine ?? lane.end) / 2;
      if (outwards < 0) {
        x += Math.max(labels.get(lane)! + columns + 6, head);
        this.#lines.set(lane, { x, outwards });
        const name = widthOf(lane.name) * 1.2 + 20;
        const client = lanes.find(
          ({ channel, end }) => channel === lane.channel && end === "client",
        );
        const heads = head + widthOf(client?.routine ?? "client") / 2 + 16;
        x += Math.max(90, name, heads, (between.get(lane.channel) ?? 0) + 40);
      } else {
        this.#lines.set(lane, { x, outwards });
        x += Math.max(labels.get(lane)! + columns + 6, head) + 2 * margin;
      }
    }
    this.#width = Math.ceil(Math.max(x - margin, 420));
  }

  /** From top to bottom, with a gap where nothing happened for long. */
  #placeRows(): void {
    let y = headHeight + (this.#first > 0 ? row : 0);
    let before: number | undefined;
    this.#events.forEach(({ t, type }, index) => {
      if (index >= this.#first && type !== "channel") {
        if (before !== undefined && t - before >= pause) {
          this.#gap(y, t - before);
          y += gap;
        }
        before = t;
        y += row;
      }
      this.#y[index] = y - row / 2;
    });
    this.#height = y + row + 34;
  }

  #gap(y: number, ms: number): void {
    const middle = y + gap / 2;
    this.#marks.push(
      `<path class="life" stroke-dasharray="1 4" d="M${margin} ${middle}H${this.#width - margin}"/>`,
      text(this.#width / 2, middle + 4, duration(ms), "dim halo m"),
    );
  }

  #drawLines(): void {
    const lifelines: string[] = [];
    const end = this.#height - 34;
    for (const [lane, { x, outwards }] of this.#lines) {
      lifelines.push(`<path class="life" d="M${x} ${headHeight - 8}V${end}"/>`);
      this.#marks.push(text(x, 36, lane.end, "dim m"));
      if (lane.routine !== undefined) this.#marks.push(text(x, 50, lane.routine, "m"));
      if (outwards > 0) continue;
      const client = this.#picture.lanes.find(
        (one) => one.channel === lane.channel && one !== lane,
      );
      const middle = (x + (client === undefined ? x : this.#lines.get(client)!.x)) / 2;
      this.#marks.push(text(middle, 19, lane.name, "name m"));
    }
    this.#marks.unshift(...lifelines);
  }

  /** The edge of a bar at which arrows begin and end. */
  #edge({ lane, column: index }: Bar, inwards: boolean): number {
    const { x, outwards } = this.#lines.get(lane)!;
    const middle = x + outwards * index * column;
    return middle + (inwards ? -outwards : outwards) * (barWidth / 2);
  }

  #drawBar(bar: Bar): void {
    const { to, from, op, lane } = bar;
    if (to !== undefined && to < this.#first) return;
    const { outwards } = this.#lines.get(lane)!;
    const never = to === undefined || bar.how === "collected";
    const top = from < this.#first ? headHeight : this.#y[from]! - 4;
    const bottom = to === undefined ? this.#height - 40 : this.#y[to]!;
    const x = Math.min(this.#edge(bar, true), this.#edge(bar, false));
    const height = Math.max(bottom - top, 4);
    this.#marks.push(
      `<rect class="${never ? "never" : "wait"}" x="${x}" y="${top}" width="${barWidth}" height="${height}" rx="2"/>`,
    );
    if (from >= this.#first || never) {
      const label = this.#edge(bar, false) + outwards * 5;
      this.#marks.push(
        text(
          label,
          top + 8,
          labelOf(bar),
          `halo ${never ? "red" : "dim"}${outwards < 0 ? " e" : ""}`,
        ),
      );
    }
    if (op === "return" || op === "throw") {
      const middle = x + barWidth / 2;
      this.#marks.push(`<path class="cross" d="M${middle - 5} ${top - 1}l10 10m0 -10l-10 10"/>`);
    }
  }

  #drawHandOver({ from, to, index, value, what }: HandOver): void {
    if (index < this.#first) return;
    const y = this.#y[index]!;
    const start = this.#edge(from, true);
    const end = this.#edge(to, true);
    const head = start < end ? -1 : 1;
    this.#marks.push(
      `<path class="${what}" d="M${start} ${y}H${end + head}"/>`,
      `<path class="${what}" style="stroke-dasharray:none" d="M${end + head * 6} ${y - 4}L${end + head} ${y}l${head * 5} 4"/>`,
    );
    if (value !== undefined) {
      this.#marks.push(
        text((start + end) / 2, y - 3, clipped(value), `halo m ${what === "end" ? "red" : "blue"}`),
      );
    }
  }

  #drawRest(before: number): void {
    const y = this.#height - 12;
    if (before > 0) {
      this.#marks.push(
        text(this.#width / 2, headHeight + 8, `${grouped(before)} hand-overs before`, "dim halo m"),
      );
    }
    for (const [index, { type, channel }] of this.#events.entries()) {
      if (type !== "abort" || index < this.#first) continue;
      const xs = [...this.#lines]
        .filter(([lane]) => lane.channel === channel)
        .map(([, { x }]) => x);
      if (xs.length === 0) continue;
      const at = this.#y[index]!;
      this.#marks.push(
        `<path class="end" d="M${Math.min(...xs) - 12} ${at}H${Math.max(...xs) + 12}"/>`,
        text((Math.min(...xs) + Math.max(...xs)) / 2, at - 3, "aborted", "halo m red"),
      );
    }
    this.#marks.push(
      `<rect class="wait" x="${margin}" y="${y - 9}" width="${barWidth}" height="11" rx="2"/>`,
      text(margin + 14, y, "waits", "dim"),
      `<rect class="never" x="${margin + 66}" y="${y - 9}" width="${barWidth}" height="11" rx="2"/>`,
      text(margin + 80, y, "never answered", "dim"),
      `<path class="item" d="M${margin + 190} ${y - 3}h20"/>`,
      text(margin + 216, y, "item", "dim"),
      `<path class="request" d="M${margin + 258} ${y - 3}h20"/>`,
      text(margin + 284, y, "request", "dim"),
      `<path class="end" d="M${margin + 346} ${y - 3}h20"/>`,
      text(margin + 372, y, "end", "dim"),
    );
  }
}

function labelOf({ op, at, to, how }: Bar): string {
  const place = at === undefined ? "" : ` at ${at}`;
  if (how === "collected") return `${op}${place}, garbage-collected`;
  return to === undefined ? `${op}${place}` : how === "aborted" ? `${op}, cancelled` : op;
}

function clipped(value: string): string {
  return value.length > 28 ? `${value.slice(0, 27)}\u2026` : value;
}

function widthOf(label: string): number {
  return printable(label).length * letter;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function text(x: number, y: number, content: string, classes: string): string {
  const safe = printable(content).replace(/[&<>"]/g, (character) => entities[character]!);
  return `<text x="${Math.round(x * 10) / 10}" y="${Math.round(y * 10) / 10}" class="${classes}">${safe}</text>`;
}
