/**
 * Runs a program where it can do no harm: in a worker, inside a frame that has an origin of its own, no network and
 * no way to the page. Taking the frame away ends the program, whatever it does.
 */

import type { Level, Message, Modules, State } from "./messages.ts";

/** No script of the frame's own but the one below; the worker's are blobs; nothing may be fetched. */
const FRAME = `<!doctype html>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:">
<script>
addEventListener("message", ({ data, ports }) => {
  const boot = URL.createObjectURL(new Blob([data.modules.boot], { type: "text/javascript" }));
  new Worker(boot).postMessage(data, [ports[0]]);
}, { once: true });
</script>`;

export interface Listener {
  line(level: Level, text: string): void;
  events(events: readonly unknown[]): void;
  state(state: State, report: string): void;
  /** The program gives signs of life. */
  heard(): void;
  /** For some time nothing has been heard of the program, which may be in a loop without an end. */
  silence(): void;
}

const SILENCE = 1500;

export class Machine {
  readonly #frame: HTMLIFrameElement;
  readonly #port: MessagePort;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(program: string, modules: Modules, listener: Listener) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#frame = document.createElement("iframe");
    this.#frame.hidden = true;
    this.#frame.title = "The running program";
    this.#frame.setAttribute("sandbox", "allow-scripts");
    this.#frame.srcdoc = FRAME;
    this.#frame.addEventListener(
      "load",
      () => this.#frame.contentWindow?.postMessage({ modules, program }, "*", [port2]),
      { once: true },
    );
    port1.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      this.#heard(listener);
      if (data.type === "line") listener.line(data.level, data.text);
      else if (data.type === "events") listener.events(data.events);
      else if (data.type === "state") listener.state(data.state, data.report);
    });
    port1.start();
    document.body.append(this.#frame);
    this.#heard(listener);
    listener.state("starting", "");
  }

  /** Ends the program at once. */
  stop(): void {
    clearTimeout(this.#silence);
    this.#port.close();
    this.#frame.remove();
  }

  #heard(listener: Listener): void {
    clearTimeout(this.#silence);
    listener.heard();
    this.#silence = setTimeout(() => listener.silence(), SILENCE);
  }
}
