/** What ends the program: a message for the person who called it, and an exit code for the script. */

export const EXIT = {
  ok: 0,
  unreadable: 1,
  unwritable: 1,
  usage: 2,
  forbidden: 3,
} as const;

export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.unreadable) {
    super(message);
    this.exitCode = exitCode;
  }
}
