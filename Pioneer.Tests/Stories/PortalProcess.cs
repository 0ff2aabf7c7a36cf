using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Pioneer.Tests.SignIn;

namespace Pioneer.Tests.Stories;

/// <summary>The real portal as a process of its own, on a free port and a data folder of its own; it can be killed and started again on the same data.</summary>
internal sealed partial class PortalProcess : IAsyncDisposable
{
    public const string ApiToken = "pio_story-token-0123456789abcdef0123456789abcdef";
    public const string AdminEmail = "ops@bank.example";
    public const string AdminPassword = "Correct-horse-battery-1";

    private readonly string _data;
    private readonly string _address;
    private readonly string[] _embedded = [.. new[] { "Kafka", "Ksql", "Connect" }.Select(part => $"--Embedded:{part}={TestPorts.NextEndpoint()}")];
    private readonly string[] _settings;
    private readonly LoopbackCertificate? _certificate;
    private readonly Dictionary<string, string> _environment;
    private readonly string _program;
    private readonly Queue<string> _output = new();
    private Process? _process;
    private Uri? _url;

    private PortalProcess(string data, LoopbackCertificate? certificate, Dictionary<string, string> environment, string program, string[] settings)
    {
        (_environment, _program) = (environment, program);
        _data = data;
        _certificate = certificate;
        _address = $"{(certificate is null ? "http" : "https")}://{TestPorts.NextEndpoint()}";
        _settings = settings;
    }

    public string Data => _data;

    public Uri Url => _url ?? throw new InvalidOperationException("The portal was not started yet.");

    /// <summary>Where the embedded broker is reached, and the password of its super user <c>pioneer</c>.</summary>
    public (string Address, string Password) Kafka => (_embedded[0].Split('=')[1], File.ReadAllText(Path.Combine(_data, "embedded", "secret")).Trim());

    public int ProcessId => _process!.Id;

    public string? SetupLink { get; private set; }

    /// <summary>The API with a platform admin's token.</summary>
    public HttpClient Api { get; private set; } = null!;

    public static Task<PortalProcess> StartAsync(CancellationToken ct, params string[] settings) =>
        StartAsync(null, [], settings, ct);

    /// <summary>The same of another build, by the path of its <c>Pioneer.Portal.dll</c>.</summary>
    public static Task<PortalProcess> StartBuildAsync(string program, CancellationToken ct, params string[] settings) =>
        StartAsync(null, [], settings, ct, Path.GetFullPath(program));

    /// <summary>The same over https, with a certificate that the process also trusts in others.</summary>
    public static Task<PortalProcess> StartAsync(LoopbackCertificate? certificate, string[] settings, CancellationToken ct) =>
        StartAsync(certificate, [], settings, ct);

    /// <summary>The same with variables of the environment.</summary>
    public static Task<PortalProcess> StartInAsync(Dictionary<string, string> environment, string[] settings, CancellationToken ct) =>
        StartAsync(null, environment, settings, ct);

    private static async Task<PortalProcess> StartAsync(
        LoopbackCertificate? certificate, Dictionary<string, string> environment, string[] settings, CancellationToken ct, string? program = null)
    {
        var data = Directory.CreateTempSubdirectory("pioneer-story-").FullName;
        var portal = new PortalProcess(
            data, certificate, environment, program ?? Path.Combine(AppContext.BaseDirectory, "Pioneer.Portal.dll"), settings);
        await portal.StartAgainAsync(ct);
        return portal;
    }

    /// <summary>No embedded platform and nobody at the other end: what the portal answers by itself, at the price of a database.</summary>
    public static string[] WithoutPlatform { get; } =
        [
            "--Kafka:BootstrapServers=127.0.0.1:9", "--Kafka:SecurityProtocol=Plaintext", "--Ksql:Url=http://127.0.0.1:9", "--Ksql:HostUrl=http://127.0.0.1:9",
            "--Connect:Url=http://127.0.0.1:9", "--demo=false",
        ];

    /// <summary>Settings of an unattended first start.</summary>
    public static string[] Unattended { get; } =
        [$"--Setup:AdminEmail={AdminEmail}", $"--Setup:AdminPassword={AdminPassword}", $"--Setup:ApiToken={ApiToken}"];

    /// <summary>Starts the process on the data that is there, at the address it had before.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        var ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = _data,
        };
        start.ArgumentList.Add(_program);
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add(_address);
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(_data);
        // a story that runs at that hour would find operations and users that it did not make
        start.ArgumentList.Add("--Isolation:CheckCron=");
        foreach (var setting in _embedded.Concat(_settings))
        {
            start.ArgumentList.Add(setting);
        }

        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        if (_certificate is not null)
        {
            start.ArgumentList.Add($"--Kestrel:Certificates:Default:Path={_certificate.CertificateFile}");
            start.ArgumentList.Add($"--Kestrel:Certificates:Default:KeyPath={_certificate.KeyFile}");
            start.Environment["SSL_CERT_FILE"] = _certificate.CertificateFile;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Read(line.Data, ready);
        _process.ErrorDataReceived += (_, line) => Read(line.Data, ready);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The portal ended before it was ready.\n{Output()}"));
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            _url = await ready.Task.WaitAsync(Patience.Long, ct);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The portal was not ready in {Patience.Long.TotalSeconds:0} s.\n{Output()}", e);
        }

        var handler = _certificate?.NewHandler() ?? new SocketsHttpHandler();
        Api = new HttpClient(handler) { BaseAddress = new Uri(Url, "/api/v1/"), Timeout = Patience.Usual };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiToken);
    }

    /// <summary>SIGKILL: nothing gets a chance to clean up.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        Api.Dispose();
    }

    /// <summary>The last lines the process printed, for messages.</summary>
    public string Output()
    {
        lock (_output)
        {
            var end = _process is { HasExited: true } ended ? $"\nThe process has ended with exit code {ended.ExitCode}." : "";
            return string.Join('\n', _output) + end;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        TestFolder.Delete(_data);
    }

    private void Read(string? line, TaskCompletionSource<Uri> ready)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Enqueue(line);
            if (_output.Count > 200)
            {
                _output.Dequeue();
            }
        }

        if (Ready().Match(line) is { Success: true } match)
        {
            ready.TrySetResult(new Uri(match.Groups[1].Value));
        }
        else if (Setup().Match(line) is { Success: true } link)
        {
            SetupLink = link.Groups[1].Value;
        }
    }

    [GeneratedRegex(@"Pioneer is ready: (\S+)")]
    private static partial Regex Ready();

    [GeneratedRegex(@"(http\S+/setup\?token=\S+)")]
    private static partial Regex Setup();
}
