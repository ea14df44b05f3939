"""Those who carry mails: a server that speaks SMTP, and a folder of files for development."""
