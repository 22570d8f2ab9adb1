// A conversation between a browser's tab and a server, over a WebSocket, through a cut. The server's body asks, the tab
// answers; the button makes the server cut all connections, and the conversation goes on where it was.
import { createServer, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";

import type { Server } from "coroutine-channels";
import { Host } from "coroutine-channels/link";
import { webSocketLink } from "coroutine-channels/socket";
import { WebSocketServer } from "ws";

export type Services = {
  quiz: (server: Server<string, string, string>, name: string) => Promise<string>;
};

const services: Services = {
  quiz: async (server, name) => {
    let right = 0;
    for (const [a, b] of [
      [3, 4],
      [6, 7],
      [8, 9],
    ] as const) {
      const answer = await server.send(`${name}, what is ${a} times ${b}?`);
      if (Number(answer) === a * b) right++;
    }
    return `${right} of 3 are right`;
  },
};

const host = new Host({ open: (session) => session.serve(services) });

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A conversation through a cut</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; font: 18px/1.5 system-ui, sans-serif; }
  body { max-width: 32rem; margin: 3rem auto; padding: 0 1rem; }
  input, button { font: inherit; padding: 0.2rem 0.6rem; }
  input { width: 5rem; }
  #question { font-size: 1.6rem; }
</style>
<p>The server asks. Cut the connection whenever you like: it goes on where it was.</p>
<script type="importmap">
  { "imports": { "coroutine-channels/": "/dist/" } }
</script>
<p id="question"></p>
<form><input id="answer" aria-label="Answer" autofocus autocomplete="off"> <button>Answer</button></form>
<p><button id="cut">Cut the connection</button> <span id="state"></span></p>
<script type="module">
  import { Session } from "coroutine-channels/link.js";
  import { webSocketLink } from "coroutine-channels/socket.js";

  const [question, answer, cut, state] = ["question", "answer", "cut", "state"].map((id) =>
    document.getElementById(id),
  );
  let links = 0;
  const session = new Session(() => webSocketLink(new WebSocket(location.href.replace("http", "ws"))), {
    observe: ({ type }) => {
      if (type === "up") state.textContent = ++links + " connections so far";
    },
  });
  cut.onclick = () => fetch("/cut");

  const client = session.client("quiz", "Ann");
  let { value, done } = await client.next();
  while (!done) {
    question.textContent = value;
    const text = await new Promise((resolve) => {
      document.forms[0].onsubmit = (event) => {
        event.preventDefault();
        resolve(answer.value);
        answer.value = "";
      };
    });
    ({ value, done } = await client.next(text));
  }
  question.textContent = value;
  document.forms[0].hidden = true;
</script>
</html>`;

const sockets = new WebSocketServer({ noServer: true });
const http = createServer((request, response) => void answer(request.url ?? "/", response));
http.on("upgrade", (request, socket, head) => {
  // A browser would let the pages of other servers in.
  if (request.headers.origin !== `http://${request.headers.host}`) {
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return;
  }
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    host.accept(webSocketLink(webSocket));
  });
});

async function answer(url: string, response: ServerResponse): Promise<void> {
  if (url === "/") response.setHeader("content-type", "text/html").end(page);
  else if (url === "/cut") {
    for (const socket of sockets.clients) socket.terminate();
    response.end();
  } else if (/^\/dist\/[\w/-]+\.js$/.test(url)) {
    const file = await readFile(new URL(`../..${url}`, import.meta.url)).catch(() => undefined);
    response.statusCode = file === undefined ? 404 : 200;
    response.setHeader("content-type", "text/javascript").end(file);
  } else response.writeHead(404).end();
}

http.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
  const { port } = http.address() as AddressInfo;
  console.log(
    `A quiz between a tab and this server: open http://127.0.0.1:${port}/ (Ctrl+C stops it)`,
  );
});
