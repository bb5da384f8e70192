// `node scripts/install.mjs`: the dependencies alone, for whoever wants to run single commands on a fresh checkout.
import './host/node-version.mjs'
import { ensureDependencies } from './host/dependencies.mjs'
import { exitWithError } from './host/ui.mjs'

await ensureDependencies().catch(exitWithError)
