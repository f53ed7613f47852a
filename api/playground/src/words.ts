// The page in the reader's language. A text is named by its English, and the compiler refuses one that has no other language.
import { chinese } from './chinese';

export type Language = 'en' | 'zh-Hant';
type Known = keyof typeof chinese;
/** The names in braces of a text. */
type Parts<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Parts<Rest> : never;
type Filling<Text extends string> = [Parts<Text>] extends [never] ? [] : [parts: Record<Parts<Text>, string | number>];
/** Texts whose parts are others in the other language. */
type Unlike = { [Text in Known]: [Parts<Text>, Parts<(typeof chinese)[Text]>] extends [Parts<(typeof chinese)[Text]>, Parts<Text>] ? never : Text }[Known];
true satisfies [Unlike] extends [never] ? true : Unlike;

/** As the browser asks for it, until somebody chooses for this visit. */
let language: Language = navigator.languages.find((one) => /^(en|zh)\b/i.test(one))?.toLowerCase().startsWith('zh') ? 'zh-Hant' : 'en';

export const languageNow = () => language;
export function speak(next: Language) {
  language = next;
  document.documentElement.lang = next;
}
speak(language);

/** A text of the page, with its `{parts}` filled in. */
export const t = <Text extends Known>(text: Text, ...filling: Filling<Text>) => fill(text, filling[0] ?? {});
const fill = (text: Known, parts: Record<string, string | number>) =>
  (language === 'en' ? text : chinese[text]).replace(/\{(\w+)\}/g, (_whole, name: string) => String(parts[name]));

/** A text that the service tells, such as a code in words: in English where there is no other. */
export const told = (text: string): string => (language === 'en' ? text : ((chinese as Record<string, string>)[text] ?? text));

/** Names in the other language, as the service has them, by what they are of and its code. */
const names = new Map<string, string>();

type Wording = { text: string; language: string } | null | undefined;
/** Keeps the name of something, unless the service fell back to English. */
export function learnName(about: string, code: string, wording: Wording) {
  if (wording?.language === 'TRADITIONAL_CHINESE') names.set(`${about}/${code}`, wording.text);
}
/** The name of something: in English where there is no other. */
export const named = (about: string, code: string, english: string): string => (language === 'en' ? english : (names.get(`${about}/${code}`) ?? english));

/** Several things named one after another. */
export const listed = (things: string[]) => things.join(language === 'en' ? ', ' : '、');

const remedies: [RegExp, Known][] = [
  [/^drop byBenchmarksAchieved$/, 'drop the benchmarks achieved'],
  [/^drop (?<what>[A-Z]+)$/, 'drop {what}'],
  [/^ask for the (?<kind>[A-Z_ ]+?) (?<code>\S+) \((?<name>.+)\)$/, 'ask for the {kind} {code} ({name})'],
  [/^set mapped to true$/, 'bring in other frameworks, mapped'],
  [/^ask for a standard table\b/, 'ask for a standard table: no breakdown, no filter, not mapped'],
  [/\bOWN_RESULTS\b/, 'ask under the purpose OWN_RESULTS for what you handed in'],
];

/** What would give a number, as the service tells it; in English word for word. */
export function remedyTold(remedy: string): string {
  if (language === 'en') return remedy;
  for (const [pattern, text] of remedies) {
    const found = pattern.exec(remedy);
    if (!found) continue;
    return fill(text, Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, part]) => [name, name === 'name' ? part : told(part.toLowerCase().replaceAll('_', ' '))])));
  }
  return remedy;
}
