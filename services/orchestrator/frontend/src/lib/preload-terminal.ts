/** The first terminal of a visit must not wait for its code and its font: both come while the person still looks around. */
export function preloadTerminal(): void {
  // Whether it comes does not matter here: the page itself asks again and says what failed.
  void import('@/pages/TerminalPage').catch(() => undefined)
  void document.fonts.load("14px 'JetBrains Mono Variable'").catch(() => undefined)
}
