/** Which language a file is in, and its grammar. Each comes when the first file in it is shown. */
import { refractor } from 'refractor/core'
import type { Syntax } from 'refractor/core'

const grammars = {
  bash: () => import('refractor/bash'),
  c: () => import('refractor/c'),
  cpp: () => import('refractor/cpp'),
  csharp: () => import('refractor/csharp'),
  css: () => import('refractor/css'),
  diff: () => import('refractor/diff'),
  docker: () => import('refractor/docker'),
  elixir: () => import('refractor/elixir'),
  go: () => import('refractor/go'),
  graphql: () => import('refractor/graphql'),
  haskell: () => import('refractor/haskell'),
  hcl: () => import('refractor/hcl'),
  ini: () => import('refractor/ini'),
  java: () => import('refractor/java'),
  javascript: () => import('refractor/javascript'),
  json: () => import('refractor/json'),
  jsx: () => import('refractor/jsx'),
  kotlin: () => import('refractor/kotlin'),
  less: () => import('refractor/less'),
  lua: () => import('refractor/lua'),
  makefile: () => import('refractor/makefile'),
  markdown: () => import('refractor/markdown'),
  markup: () => import('refractor/markup'),
  nginx: () => import('refractor/nginx'),
  nix: () => import('refractor/nix'),
  perl: () => import('refractor/perl'),
  php: () => import('refractor/php'),
  protobuf: () => import('refractor/protobuf'),
  python: () => import('refractor/python'),
  r: () => import('refractor/r'),
  ruby: () => import('refractor/ruby'),
  rust: () => import('refractor/rust'),
  scala: () => import('refractor/scala'),
  scss: () => import('refractor/scss'),
  sql: () => import('refractor/sql'),
  swift: () => import('refractor/swift'),
  toml: () => import('refractor/toml'),
  tsx: () => import('refractor/tsx'),
  typescript: () => import('refractor/typescript'),
  yaml: () => import('refractor/yaml'),
  zig: () => import('refractor/zig'),
} satisfies Record<string, () => Promise<{ default: Syntax }>>

export type Language = keyof typeof grammars

const byEnding = new Map<string, Language>(
  Object.entries({
    sh: 'bash',
    bash: 'bash',
    zsh: 'bash',
    c: 'c',
    h: 'c',
    cc: 'cpp',
    cpp: 'cpp',
    cxx: 'cpp',
    hh: 'cpp',
    hpp: 'cpp',
    cs: 'csharp',
    css: 'css',
    diff: 'diff',
    patch: 'diff',
    dockerfile: 'docker',
    ex: 'elixir',
    exs: 'elixir',
    go: 'go',
    gql: 'graphql',
    graphql: 'graphql',
    hs: 'haskell',
    tf: 'hcl',
    hcl: 'hcl',
    ini: 'ini',
    conf: 'ini',
    editorconfig: 'ini',
    java: 'java',
    js: 'javascript',
    cjs: 'javascript',
    mjs: 'javascript',
    json: 'json',
    jsonc: 'json',
    jsx: 'jsx',
    kt: 'kotlin',
    kts: 'kotlin',
    less: 'less',
    lua: 'lua',
    makefile: 'makefile',
    mk: 'makefile',
    md: 'markdown',
    mdx: 'markdown',
    html: 'markup',
    htm: 'markup',
    svg: 'markup',
    vue: 'markup',
    xml: 'markup',
    nix: 'nix',
    pl: 'perl',
    pm: 'perl',
    php: 'php',
    proto: 'protobuf',
    py: 'python',
    r: 'r',
    rb: 'ruby',
    rs: 'rust',
    scala: 'scala',
    scss: 'scss',
    sql: 'sql',
    swift: 'swift',
    toml: 'toml',
    ts: 'typescript',
    cts: 'typescript',
    mts: 'typescript',
    tsx: 'tsx',
    yaml: 'yaml',
    yml: 'yaml',
    zig: 'zig',
  } as const),
)

const byName = new Map<string, Language>(
  Object.entries({
    '.bashrc': 'bash',
    '.profile': 'bash',
    'nginx.conf': 'nginx',
    gemfile: 'ruby',
    rakefile: 'ruby',
  } as const),
)

/** By its name; null where it says nothing. */
export function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const ending = name.slice(name.lastIndexOf('.') + 1)
  return byName.get(name) ?? byEnding.get(ending) ?? null
}

/** Makes `highlight` know the language. */
export async function loadLanguage(language: Language): Promise<void> {
  if (refractor.registered(language)) return
  const grammar = await grammars[language]()
  refractor.register(grammar.default)
}

/** As the diff component wants it: the nodes without their root. */
export const highlighter = {
  highlight: (text: string, language: string) => refractor.highlight(text, language).children,
}
