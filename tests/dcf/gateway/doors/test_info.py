"""What is asked of the gateway itself."""


def test_info_has_what_faas_cli_version_reads(ask):
    info = ask("GET", "/system/info").json()
    assert info["version"]["release"]
    assert info["provider"]["version"]["release"]
    assert info["provider"]["orchestration"] == "process"


def test_health_metrics_and_namespaces(ask):
    assert ask("GET", "/healthz").text == "OK"
    assert ask("GET", "/system/namespaces").json() == ["openfaas-fn"]
    ask("POST", "/function/echo", data=b"x")
    metrics = ask("GET", "/metrics").text
    assert (
        'gateway_function_invocation_total{code="200",function_name="echo.openfaas-fn"}' in metrics
    )
    assert 'gateway_service_count{function_name="echo.openfaas-fn"} 1.0' in metrics
