/** The same suites with near bodies: what deviates there, since a server end is that of a body, is no difference of far ends. */
import "./suites.test.ts?body";
