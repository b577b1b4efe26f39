//! The page and the API: they answer, they only read, and they let nobody in who may not.

use crate::material::program::{basilar, plain, said};
use crate::{HEADER, Room, calls};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

/// A server that ends with its test.
struct Server {
    program: Child,
    url: String,
}

impl Server {
    fn start(room: &Room, options: &[&str]) -> Self {
        let mut program = plain();
        program
            .args(["serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(room.store())
            .args(options);
        let mut program = program.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(program.stderr.take().unwrap()).read_line(&mut line).unwrap();
        Self { program, url: line.trim().trim_end_matches('/').to_owned() }
    }

    /// The status and the body of a request with these headers.
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = agent.run(request.body(()).unwrap()).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.ask("GET", path, &[])
    }

    fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }
}

fn room() -> Room {
    let room = Room::new();
    let text = [
        calls("Leeds", "2026-03-02T10", 100, 20),
        calls("Bonn <b>&amp;", "2026-03-02T11", 100, 2),
        calls("Leeds", "2026-02-23T10", 100, 2),
    ];
    room.ingest(&[&room.write("a.csv", &format!("{HEADER}{}", text.concat()))], &[], 0);
    room
}

#[test]
fn the_overview_tells_the_poor_shares_and_what_changed() {
    let room = room();
    let server = Server::start(&room, &[]);
    let answer = server.json("/api/v1/overview?window=24h&until=newest");
    let sites = answer["groups"]["site"].as_array().unwrap();
    assert_eq!((&sites[0]["name"], &sites[0]["poor_share"]), (&"Leeds".into(), &0.2.into()));
    assert_eq!((&sites[0]["change"], &sites[0]["before"]), (&"worse".into(), &0.02.into()));
    assert_eq!(sites[1]["change"], "too few");
    assert_eq!(sites[0]["course"].as_array().unwrap().len(), 24);
    let filtered = server.json("/api/v1/overview?window=24h&until=newest&site=Leeds");
    assert_eq!(filtered["all"][0]["calls"], 100);
    let week = server.json("/api/v1/overview?window=30d&until=newest");
    assert_eq!(week["all"][0]["calls"], 300);
    let course: f64 =
        week["all"][0]["course"].as_array().unwrap().iter().filter_map(Value::as_f64).sum();
    assert!((course - (0.02 + 0.11)).abs() < 1e-9, "{week}");
}

#[test]
fn sums_calls_changes_and_alerts_are_answered() {
    let room = room();
    let server = Server::start(&room, &[]);
    let groups = server.json("/api/v1/groups?by=site,day&since=2026-03-01");
    assert_eq!(groups["rows"].as_array().unwrap().len(), 2);
    let worst = server.json("/api/v1/calls?worst=3&site=Leeds");
    let id = worst["rows"][0]["id"].as_i64().unwrap();
    assert_eq!(server.json(&format!("/api/v1/calls/{id}"))["mos"], 2.0);
    let changes =
        server.json("/api/v1/changes?by=site&since=2026-03-02T10:00Z&until=2026-03-02T11:00Z");
    assert_eq!(changes["rows"][0]["change"], "worse");
    assert!(server.json("/api/v1/alerts")["rows"].as_array().unwrap().is_empty());
    assert_eq!(server.json("/healthz")["status"], "ok");
    assert!(server.json("/api/v1/openapi.json")["openapi"].as_str().unwrap().starts_with("3."));
}

#[test]
fn metrics_count_what_was_taken() {
    let room = room();
    let server = Server::start(&room, &[]);
    let (status, text) = server.get("/metrics");
    assert_eq!(status, 200);
    let line = |start: &str| {
        text.lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start} in {text}"))
    };
    assert!(
        line(
            "basilar_calls_total{site=\"Leeds\",trunk=\"unknown\",codec=\"PCMA\",verdict=\"poor\"}"
        )
        .ends_with(" 22")
    );
    assert!(line("basilar_call_mos_count").ends_with(" 300"));
    assert!(
        line("basilar_call_mos_bucket{scale=\"E-model narrowband\",le=\"3.1\"}").ends_with(" 24")
    );
}

#[test]
fn nothing_writes_and_nothing_leaves_but_what_is_meant_to() {
    let room = room();
    let server = Server::start(&room, &[]);
    let before = std::fs::read(room.store()).unwrap();
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        for path in ["/", "/api/v1/calls/1", "/api/v1/groups", "/metrics"] {
            assert_eq!(server.ask(method, path, &[]).0, 405, "{method} {path}");
        }
    }
    for path in [
        "/../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/calls/1/sound/..%2f..%2fetc%2fpasswd",
        "/api/v1/calls/1/sound/0",
        "/api/v1/calls/999999",
    ] {
        let (status, body) = server.get(path);
        assert!(status == 404 || status == 400, "{path}: {status}");
        assert!(!body.contains("root:"), "{path}");
    }
    for path in [
        "/api/v1/groups?by=site;DROP%20TABLE%20calls",
        "/api/v1/groups?by=%22",
        "/api/v1/calls?worst=0",
        "/api/v1/calls?worst=-1",
        "/api/v1/calls?since=never",
        "/api/v1/overview?window=99999d",
        "/api/v1/overview?x=1",
        "/api/v1/calls/abc",
        "/api/v1/overview?window=1%00h",
    ] {
        let status = server.get(path).0;
        // A column may be called anything; that nobody has one of that name is no error.
        assert!(status == 400 || path.contains("DROP") && status == 200, "{path}: {status}");
    }
    let injected = server.json("/api/v1/groups?by=site&site=x%27%20OR%20%271%27=%271");
    assert!(injected["rows"].as_array().unwrap().is_empty());
    assert_eq!(std::fs::read(room.store()).unwrap(), before);
    assert_eq!(room.counts(), (300, 300));
}

#[test]
fn sound_that_a_table_names_is_not_sent() {
    let room = Room::new();
    let row =
        "{\"started\":\"2026-03-02T10:00:00Z\",\"mos\":2,\"sound_files\":[\"/etc/passwd\"]}\n";
    room.ingest(&[&room.write("a.jsonl", row)], &[], 0);
    let server = Server::start(&room, &[]);
    assert_eq!(server.json("/api/v1/calls/1")["sounds"], 0);
    assert_eq!(server.get("/api/v1/calls/1/sound/0").0, 404);
}

#[test]
fn others_need_the_token_and_pages_of_others_do_not_get_in() {
    let room = room();
    let mut open = basilar();
    open.args(["serve", "--listen", "0.0.0.0:0", "--store"]).arg(room.store());
    assert!(said(&open.assert().code(2)).contains("give a token"));
    let local = Server::start(&room, &[]);
    assert_eq!(local.ask("GET", "/api/v1/alerts", &[("Host", "evil.example")]).0, 403);
    let token = "0123456789abcdef0123456789";
    let file = room.write("token.txt", &format!("{token}\n"));
    let server = Server::start(&room, &["--token-file", file.to_str().unwrap()]);
    assert_eq!(server.get("/api/v1/alerts").0, 401);
    assert_eq!(server.ask("GET", "/api/v1/alerts", &[("Authorization", "Bearer wrong")]).0, 401);
    assert_eq!(
        server.ask("GET", "/api/v1/alerts", &[("Authorization", &format!("Bearer {token}"))]).0,
        200
    );
    assert_eq!(server.get(&format!("/?token={token}")).0, 303);
    let short = room.write("short.txt", "secret");
    let mut guessed = basilar();
    guessed.args(["serve", "--token-file"]).arg(short).arg("--store").arg(room.store());
    assert!(said(&guessed.assert().code(2)).contains("can be guessed"));
}
