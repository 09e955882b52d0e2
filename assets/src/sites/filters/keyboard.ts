/** Takes the keyboard to the filters, where what was pressed goes; the page stays where it is. */
export function focusFilters(): void {
  document.querySelector<HTMLElement>("[data-filters]")?.focus({ preventScroll: true });
}
