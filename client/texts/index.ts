/**
 * Words on the page.
 *
 *   language, speakOnPage(), formatNumber, formatTime      the page's language (a signal)
 *   const t = translator({ de, en });  t("dots_left", { n: 3 })
 *                                                          our own words; the phone's are in phone.ts
 *   <Authored of={texts} main={dialogue.languages[0]} />   texts in several languages, with lang and dir
 *   <Written text={card.text} />                           what participants wrote, dir="auto"
 */
export * from "./language.ts";
export { translator, type Catalogue } from "./translator.ts";
export { Authored, chosenText, Written } from "./authored.tsx";
