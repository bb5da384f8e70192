/** A workspace whose files are as odd as they may be, and what must be the same after it was carried elsewhere. */
import { inContainer } from './engine-cli.ts'

const makeOddFiles = String.raw`
import os, socket
os.chdir('/workspace')
os.makedirs('deep/' + 'long-' * 40 + '/empty')
names = [b'plain', b'with space', b'new\nline', 'größe ✓'.encode(), b'\xff\xfe not utf-8', b'-rf', b"quote'\"$", b'x' * 255]
for name in names:
    with open(name, 'wb') as file: file.write(name * 3)
with open('random.bin', 'wb') as file: file.write(os.urandom(5_000_000))
with open('sparse', 'wb') as file:
    file.seek(300_000_000)
    file.write(b'end')
os.symlink('/etc/passwd', 'absolute link')
os.symlink('../..', 'up')
os.symlink('nowhere', 'dangling')
os.link('random.bin', 'hard link')
os.mkfifo('fifo')
os.setxattr('plain', 'user.note', b'\x00odd\xff')
os.chmod('plain', 0o4755)
os.mkdir('shared')
os.chmod('shared', 0o2775)
os.mkdir('closed')
open('closed/inside', 'w').write('closed')
open('secret', 'w').write('nobody reads this')
os.chmod('secret', 0)
os.chmod('closed', 0)
os.utime('with space', ns=(1, 1234567890_123456789))
`

/** Everything that must survive, read with the rights of the owner. */
const readFingerprint = String.raw`
import hashlib, json, os, stat
def look(path, entry):
    s = os.lstat(entry)
    fact = [path.decode('utf-8', 'surrogateescape').encode('unicode_escape').decode(), oct(s.st_mode), s.st_uid, s.st_gid]
    if not stat.S_ISDIR(s.st_mode): fact += [s.st_mtime_ns, s.st_nlink, s.st_size]
    if stat.S_ISLNK(s.st_mode): fact.append(os.readlink(entry).decode())
    if not stat.S_ISLNK(s.st_mode):
        fact.append([[n, os.getxattr(entry, n).hex()] for n in sorted(os.listxattr(entry)) if n.startswith('user.')])
    if stat.S_ISREG(s.st_mode):
        os.chmod(entry, 0o600)
        digest = hashlib.sha256()
        with open(entry, 'rb') as file:
            while part := file.read(1 << 20): digest.update(part)
        os.chmod(entry, stat.S_IMODE(s.st_mode))
        fact.append(digest.hexdigest())
    facts.append(fact)
    if stat.S_ISDIR(s.st_mode):
        os.chmod(entry, 0o700)
        for name in sorted(os.listdir(entry)): look(path + b'/' + name, entry + b'/' + name)
        os.chmod(entry, stat.S_IMODE(s.st_mode))
facts = []
look(b'', b'/workspace')
print('\n'.join(json.dumps(fact) for fact in sorted(facts)))
`

export async function fillWithOddFiles(environmentId: string): Promise<void> {
  await inContainer(environmentId, 'python3', '-c', makeOddFiles)
}

/** A line for each file, with its name, mode, owner, time, size, links, attributes and content. */
export async function fingerprintOf(environmentId: string): Promise<string> {
  return inContainer(environmentId, 'python3', '-c', readFingerprint)
}
