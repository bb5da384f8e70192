/** The server as a program. */
import { startServer } from './server.ts'

await startServer()
