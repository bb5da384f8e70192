/** Reading answers of `inject` through the contract: an answer outside of it fails the test. */
import { Problem, type ErrorCode } from '@craftastic/contract'
import type { LightMyRequestResponse } from 'fastify'
import { expect } from 'vitest'
import type { z } from 'zod'

export function readBody<T>(response: LightMyRequestResponse, schema: z.ZodType<T>, status = 200): T {
  expect(response.statusCode, response.body).toBe(status)
  return schema.parse(response.json())
}

/** Asserts that the answer is a problem with this code, in the one form that errors have. */
export function expectProblem(response: LightMyRequestResponse, code: ErrorCode, status?: number): Problem {
  expect(response.headers['content-type'], response.body).toBe('application/problem+json')
  const problem = Problem.parse(response.json())
  expect(problem.code, problem.detail).toBe(code)
  expect(problem.status).toBe(response.statusCode)
  if (status !== undefined) expect(response.statusCode).toBe(status)
  expect(problem.requestId).toBe(response.headers['x-request-id'])
  return problem
}

/** The cookies of an answer by name. */
export function readCookies(response: LightMyRequestResponse) {
  return new Map(response.cookies.map((cookie) => [cookie.name, cookie]))
}
