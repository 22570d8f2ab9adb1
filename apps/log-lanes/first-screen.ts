/** For who has started the program without a word: what was shown, and what to try next. */

export function firstScreen(lanes: number): string {
  return `
What you see: one routine has read the file, and put each line into one of ${lanes} channels, whose
pipelines worked at the same time. The heart of it is apps/log-lanes/route.ts.

Next:
  npm start -- FILE                   any text of yours, by severity: error, warning, info, debug
  npm start -- --lane length=length README.md      lanes of your own, by a regular expression
  npm start -- --help
  npx node examples/agent.ts          an agent that waits for a person's answer
  npm run site && npm run site:open   guides, the API, and a playground in your browser
`;
}
