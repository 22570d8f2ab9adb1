// What the agent can do. A tool with a question is used only if the person says yes to it.
interface Tool {
  readonly question?: (input: string) => string;
  run(input: string): Promise<string>;
}

export const tools: Readonly<Record<string, Tool>> = {
  weather: { run: async (city) => `sunny in ${city}, 24 °C` },
  trains: { run: async (city) => `night train to ${city}, 20:15, 89 €` },
  book: {
    question: (what) => `Shall I book the ${what}?`,
    run: async (what) => `booked: ${what}`,
  },
};
