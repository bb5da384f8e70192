/** Private to an environment's own way in: keys, sockets and configuration. In memory, gone with the container. */
export const runDirectory = '/run/craftastic'
