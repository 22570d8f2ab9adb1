/** Serves in a worker thread. */
import { parentPort } from "node:worker_threads";

import { Session } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";

import { channels, streams } from "./services.ts";

new Session(portLink(parentPort!)).serve(channels).serveStream(streams);
