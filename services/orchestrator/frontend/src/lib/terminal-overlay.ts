/** What lies over a terminal while it lives on beneath, which keeps the focus: so what is typed reaches the program. */
export interface TerminalOverlay {
  /** Answers whether the overlay has used the key. Called for the key going down, being pressed and going up. */
  takesKey(event: KeyboardEvent): boolean
  /** Somebody typed something that goes to the program. */
  onTyped(): void
  /** The program wrote something. */
  onOutput(): void
  /** The terminal has another size. */
  onResize(size: TerminalGrid): void
}

export interface TerminalGrid {
  cols: number
  rows: number
  cellHeightPx: number
}
