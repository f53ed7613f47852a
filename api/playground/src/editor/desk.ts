// What the page and the editor in its frame say to each other. They are of one origin, and the token stays with the page.
import type { Text } from '../ask/rewrite';
import type { Answer, Question } from '../endpoint';

export type Desk = {
  ask: (question: Question) => Promise<Answer>;
  /** The question and the answer of the open tab. */
  onTab: (text: Text, response: string) => void;
  /** The editor is there; it is handed what to show. */
  onReady: (editor: Editor) => Editing & { text: Text };
};
export type Editor = { open: (text: Text) => void; set: (editing: Editing) => void };
export type Editing = { text?: Text; examples: { name: string; query: string }[]; dark: boolean };

declare global {
  interface Window {
    desk?: Desk;
  }
}
