/**
 * Whose the mouse wheel is over a terminal. A program that asked for the mouse gets it as the mouse; a full-screen program
 * gets cursor keys, as terminals do; everywhere else it reads the history. xterm.js cannot tell the last two apart, because
 * tmux draws all of it on one screen, so tmux is asked; until it has answered the wheel does nothing.
 */
export interface TerminalWheelOptions {
  /** Whether a full-screen program has the screen now. */
  askAlternateScreen(): Promise<boolean>
  openHistory(): void
}

/** How long an answer holds after the wheel's last turn. A key may end the program, so a key ends it at once. */
const answerHoldsMs = 1000

export class TerminalWheel {
  readonly #options: TerminalWheelOptions
  #alternateScreen: boolean | null = null
  #turnedAtMs = 0
  #asking: object | null = null
  /** Turned up since tmux was asked. */
  #up = false

  constructor(options: TerminalWheelOptions) {
    this.#options = options
  }

  /** Answers whether xterm.js gets the turn, and so the program. */
  passes({ deltaY }: Pick<WheelEvent, 'deltaY'>, programHasMouse: boolean, nowMs = performance.now()): boolean {
    if (programHasMouse) return true
    if (nowMs - this.#turnedAtMs > answerHoldsMs) this.#alternateScreen = null
    this.#turnedAtMs = nowMs
    if (this.#alternateScreen === true) return true
    if (deltaY < 0) this.#up = true
    if (this.#alternateScreen === null) this.#ask()
    else this.#openIfUp()
    return false
  }

  noteTyping(): void {
    this.#alternateScreen = null
    this.#asking = null
    this.#up = false
  }

  #ask(): void {
    if (this.#asking) return
    const asking = {}
    this.#asking = asking
    void this.#options
      .askAlternateScreen()
      // The history says itself why it cannot be read.
      .catch(() => false)
      .then((alternateScreen) => {
        if (this.#asking !== asking) return
        this.#asking = null
        this.#alternateScreen = alternateScreen
        if (!alternateScreen) this.#openIfUp()
        this.#up = false
      })
  }

  #openIfUp(): void {
    if (this.#up) this.#options.openHistory()
    this.#up = false
  }
}
