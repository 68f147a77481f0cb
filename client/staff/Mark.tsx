/** Our mark: a round table and four seats in the colours of the four kinds of card. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle class="mark-table" cx="16" cy="16" r="7.5" />
      <path class="mark-seat" data-kind="idea" d="M9.5 5.2a12.6 12.6 0 0 1 13 0" />
      <path class="mark-seat" data-kind="question" d="M26.8 9.5a12.6 12.6 0 0 1 0 13" />
      <path class="mark-seat" data-kind="going_well" d="M22.5 26.8a12.6 12.6 0 0 1-13 0" />
      <path class="mark-seat" data-kind="worry" d="M5.2 22.5a12.6 12.6 0 0 1 0-13" />
    </svg>
  );
}
