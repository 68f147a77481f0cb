/**
 * Our own small drawings, 24 by 24, drawn with the text's colour. A drawing never stands alone:
 * there is a word beside it, or the button carries a label, so it is hidden from screen readers.
 */
const drawings = {
  // the four kinds of card
  idea: "M9 17.5h6M10 21h4M12 3a6 6 0 0 0-3.6 10.8c.7.6 1.1 1.4 1.1 2.2v1.5h5V16c0-.8.4-1.6 1.1-2.2A6 6 0 0 0 12 3Z",
  worry: "M7 15.5h9.5a4 4 0 0 0 .6-7.95A5.5 5.5 0 0 0 6.6 8.9 3.4 3.4 0 0 0 7 15.5ZM9 18.5l-1 2M13 18.5l-1 2M17 18.5l-1 2",
  question: "M12 21a9 9 0 1 0-8.1-5L3 21l5-.9a9 9 0 0 0 4 .9ZM9.7 9.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.3 1-1.3 1.8M12 16.6v.1",
  going_well: "M12 7.5V3M12 21v-4.5M7.5 12H3M21 12h-4.5M8.8 8.8 5.6 5.6M18.4 18.4l-3.2-3.2M8.8 15.2l-3.2 3.2M18.4 5.6l-3.2 3.2M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0Z",
  cards: "M4 8.5h12v12H4zM8 8.5v-5h12v12h-4",
  // people and places
  table: "M4 9.5h16M6 9.5 5 20M18 9.5l1 10.5M3.5 6.5h17v3h-17z",
  people: "M8.5 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M15.5 4.3a3.5 3.5 0 0 1 0 6.4M17.5 14.4c2.7.7 4.5 2.8 4.5 5.6",
  phone: "M7.5 2.5h9a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 20V4a1.5 1.5 0 0 1 1.5-1.5ZM11 18.5h2",
  board: "M3 4h18v12H3zM12 16v4.5M8 20.5h8",
  hand: "M8 12.5V5.7a1.4 1.4 0 0 1 2.8 0V11m0-.5V4.4a1.4 1.4 0 0 1 2.8 0V11m0-.5V5.9a1.4 1.4 0 0 1 2.8 0v8.6a6 6 0 0 1-6 6c-2.3 0-3.7-1-5-3.2l-2.2-3.9a1.4 1.4 0 0 1 2.3-1.5L8 14.5",
  language: "M3 5.5h10M8 3v2.5M11 5.5C10.3 9.5 7.5 12.6 3.5 14M5.5 8.5c1.2 2.5 3.4 4.6 6 5.5M12 21l4.5-11L21 21M13.6 17.2h5.8",
  ticket: "M3 6.5h18v3.6a2 2 0 0 0 0 3.8v3.6H3v-3.6a2 2 0 0 0 0-3.8V6.5ZM14.5 6.5v2M14.5 11v2M14.5 15.5v2",
  // what one can do
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12ZM11.5 13.5 20 4",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19.5 7",
  pencil: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19 4 20ZM14 6.5 17.5 10",
  bin: "M4 7h16M9.5 7V4h5v3M6 7l1 13.5h10L18 7M10 11v6M14 11v6",
  eye: "M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12ZM15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z",
  eye_off: "M4 4l16 16M9.9 5.7c.7-.1 1.4-.2 2.1-.2 6.4 0 10 6.5 10 6.5a18 18 0 0 1-3 3.7M6.2 7.3A17 17 0 0 0 2 12s3.6 6.5 10 6.5c1.5 0 2.9-.4 4.1-.9M9.9 9.9a3 3 0 0 0 4.2 4.2",
  undo: "M8.5 5 4 9.5 8.5 14M4 9.5h10a6 6 0 0 1 0 12h-3",
  copy: "M8 8h12v13H8zM16 8V3H4v13h4",
  print: "M7 8V3h10v5M7 17H3.5V8h17v9H17M7 13.5h10V21H7z",
  download: "M12 3.5v12M7 10.5l5 5 5-5M4 20.5h16",
  link: "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.6-1.6",
  play: "M7 4.5v15L19.5 12 7 4.5Z",
  stop: "M6 6h12v12H6z",
  pause: "M8 5v14M16 5v14",
  forward: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  down: "M5 9l7 7 7-7",
  up: "M5 15l7-7 7 7",
  // what one is told
  clock: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 7v5.3l3.5 2",
  dots: "M9.5 7a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM20.5 7a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM15 17a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z",
  warning: "M12 3.5 2.5 20.5h19L12 3.5ZM12 10v5M12 17.8v.1",
  offline: "M3 3l18 18M12 19.5v.1M8.5 15.8a5 5 0 0 1 5.6-1M5 12.2a10 10 0 0 1 4.5-2.5M12.5 9.2c2.5.1 4.8 1.2 6.5 3M1.8 8.6A15 15 0 0 1 6.6 5.5M10 4.6c4.6-.6 9 .9 12.2 4",
  rehearsal: "M4 4.5h16V11c0 5-3.4 8.7-8 9.5-4.6-.8-8-4.5-8-9.5V4.5ZM8.5 9.5v.1M15.5 9.5v.1M8.5 14c1 1.2 2.1 1.8 3.5 1.8s2.5-.6 3.5-1.8",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3 19 19M5 19l1.7-1.7M17.3 6.7 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
} as const;

export type Drawing = keyof typeof drawings;

export function Icon({ name, directed = false }: { name: Drawing; directed?: boolean }) {
  return (
    <svg
      class={directed ? "icon is-directed" : "icon"}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={drawings[name]} />
    </svg>
  );
}
