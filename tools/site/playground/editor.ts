/** The text of a program, to be edited. */

import { javascript } from "@codemirror/lang-javascript";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";

/** The site's own colours, which follow light and dark by themselves. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)" },
  { tag: [tags.typeName, tags.className], color: "var(--code-type)" },
  { tag: tags.function(tags.variableName), color: "var(--code-function)" },
  { tag: tags.function(tags.propertyName), color: "var(--code-function)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "13.5px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--vp-c-brand-1)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--vp-font-family-mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--vp-c-text-1)", padding: "12px 0" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--vp-c-text-3)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--vp-c-default-soft)" },
  ".cm-cursor": { borderLeftColor: "var(--vp-c-text-1)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--code-selection)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--vp-c-bg-elv)", color: "var(--vp-c-text-1)" },
});

export interface Editor {
  text(): string;
  replace(text: string): void;
  focus(): void;
  remove(): void;
}

export function createEditor(
  parent: HTMLElement,
  text: string,
  { run, changed }: { run(): void; changed(): void },
): Editor {
  const runKey = { key: "Mod-Enter", preventDefault: true, run: () => (run(), true) };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([runKey])),
        basicSetup,
        javascript({ typescript: true }),
        syntaxHighlighting(colours),
        look,
        EditorView.contentAttributes.of({ "aria-label": "The program" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed();
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (insert) => {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } });
      view.scrollDOM.scrollTop = 0;
    },
    focus: () => view.focus(),
    remove: () => view.destroy(),
  };
}
