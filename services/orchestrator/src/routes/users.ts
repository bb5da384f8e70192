/** Users, for admins. */
import { CreateUser, Success, UpdateUser, User, UserList, UserParams } from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { UserService } from '../lib/user-service.ts'

export interface UserRoutesOptions {
  users: UserService
}

export const userRoutes: FastifyPluginAsyncZod<UserRoutesOptions> = async (app, { users }) => {
  app.get(
    '/users',
    {
      config: { access: 'admin' },
      schema: { operationId: 'listUsers', summary: 'All users', tags: ['users'], response: { 200: UserList } },
    },
    async (request) => ({ users: await users.listUsers(request.actor) }),
  )

  app.post(
    '/users',
    {
      config: { access: 'admin', idempotentStatus: 201 },
      schema: {
        operationId: 'createUser',
        summary: 'Create a user',
        tags: ['users'],
        body: CreateUser,
        response: { 201: User },
      },
    },
    async (request, reply) => reply.code(201).send(await users.createUser(request.actor, request.body)),
  )

  app.patch(
    '/users/:userId',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'updateUser',
        summary: "Change a user's name, role or state",
        tags: ['users'],
        params: UserParams,
        body: UpdateUser,
        response: { 200: User },
      },
    },
    (request) => users.updateUser(request.actor, request.params.userId, request.body),
  )

  app.delete(
    '/users/:userId',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'deleteUser',
        summary: 'Remove a user who owns no environments',
        tags: ['users'],
        params: UserParams,
        response: { 200: Success },
      },
    },
    async (request) => {
      await users.deleteUser(request.actor, request.params.userId)
      return { success: true as const }
    },
  )
}
