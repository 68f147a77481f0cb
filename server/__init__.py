"""The web server: sockets and requests become commands; views become frames, pages, downloads.

May import `rooms`; nothing in `rooms` imports this.
"""
