/** Signs and verifies access tokens: one algorithm, one type, one issuer, one audience, all of them checked. */
import jwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { tokenAudience, tokenIssuer } from '../lib/access-tokens.ts'

const algorithm = 'HS256'
/** RFC 9068: a token of another kind that is signed with the same secret does not pass for this one. */
const type = 'at+jwt'

export const jwtPlugin = fp<{ secret: string }>(addJwt, { name: 'jwt' })

async function addJwt(app: FastifyInstance, { secret }: { secret: string }): Promise<void> {
  await app.register(jwt, {
    secret,
    sign: { algorithm, iss: tokenIssuer, aud: tokenAudience, header: { alg: algorithm, typ: type } },
    verify: {
      algorithms: [algorithm],
      checkTyp: type,
      allowedIss: tokenIssuer,
      allowedAud: tokenAudience,
      requiredClaims: ['iss', 'aud', 'sub', 'sid', 'iat', 'exp', 'jti'],
    },
  })
}
