"""The program in a completion: the part that is the reply, its code blocks, and the right one."""
