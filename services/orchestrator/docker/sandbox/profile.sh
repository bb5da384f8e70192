# Login shells start from the PATH of /etc/profile: add the user's own programs again.
for directory in "$HOME/.local/bin" "$HOME/.npm-global/bin"; do
  case ":$PATH:" in
    *":$directory:"*) ;;
    *) PATH="$directory:$PATH" ;;
  esac
done
export PATH
unset directory
