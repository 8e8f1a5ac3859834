"""nginx in front of the prefork server: websockets live on a port of their own."""

import signal

from stack.packages import Archive, ensure_lists, install, libraries, unpack
from stack.process import Daemon, make_folder, service_environment
from stack.settings import HOST, RUN, Stack, is_free, write_private
from stack.stamps import Stamp

ROOT = RUN / "nginx"
PACKAGES = ["nginx", "nginx-common"]
CONFIGURATION = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 64m;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_read_timeout 720s;
    server {{
        listen {host}:{port};
        location / {{ proxy_pass http://{host}:{http_port}; }}
        location /websocket {{
            proxy_pass http://{host}:{gevent_port};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Real-IP $remote_addr;
        }}
    }}
}}
"""


class Proxy:
    """The reverse proxy of one stack."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.folder = stack.folder / "nginx"
        self.daemon = Daemon(stack, "nginx", stop_signal=signal.SIGQUIT)

    @staticmethod
    def prepare() -> None:
        """Unpack nginx without installing it: that would start it on port 80."""
        stamp = Stamp("nginx", PACKAGES)
        if not stamp.is_current():
            ensure_lists()
            archives = Archive().download(PACKAGES)
            install(libraries(archives))
            unpack(archives, ROOT)
            stamp.set()

    def start(self) -> None:
        """Write the configuration and start nginx."""
        self.prepare()
        make_folder(self.folder, 0o700)
        ports, configuration = self.stack.ports, self.folder / "nginx.conf"
        write_private(
            configuration,
            CONFIGURATION.format(
                folder=self.folder,
                host=HOST,
                port=ports["PROXY_PORT"],
                http_port=ports["ODOO_PORT"],
                gevent_port=ports["GEVENT_PORT"],
            ),
            self.stack.owner,
        )
        self.daemon.start(
            [ROOT / "usr/sbin/nginx", "-e", "stderr", "-c", configuration],
            env=service_environment(self.stack),
        )
        self.daemon.wait_until(
            lambda: not is_free(ports["PROXY_PORT"]), 10, "does not listen"
        )
