// Runs before the first paint, so that a dark page never flashes white. src/lib/theme.ts takes over from here and
// writes the choice; a script inside index.html would be refused by the content security policy.
;(function () {
  var choice = null
  try {
    choice = localStorage.getItem('craftastic.theme')
  } catch {
    // Storage may be blocked: the system's choice stands.
  }
  var dark = choice === '"dark"' || (choice !== '"light"' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
