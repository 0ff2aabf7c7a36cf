using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Pioneer.Tests.Stories;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// Measures what a flood of guesses from one address does to a person who signs in from another: sign-ins alone and beside the flood take turns on the same
/// portal, so that both meet the same machine.
/// </summary>
/// <param name="SignIns">Sign-ins in each turn, each one sample.</param>
/// <param name="Turns">Turns of each kind.</param>
internal sealed partial record SignInRace(int SignIns, int Turns)
{
    private const int GuessesPerMinute = 1000;
    private const double MostSlower = 1.2;

    private static readonly IPAddress Person = IPAddress.Parse("127.0.0.1"), Guesser = IPAddress.Parse("127.0.0.2");

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        await using var portal = await PortalProcess.StartAsync(ct, [.. PortalProcess.WithoutPlatform, .. PortalProcess.Unattended]);
        var (alone, beside) = (new List<double>(), new List<double>());
        await SignInAsync(portal.Url, ct); // warms the code; not counted
        var guesses = 0;
        for (var turn = 0; turn < Turns; turn++)
        {
            await TakeAsync(alone, portal.Url, ct);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var flood = GuessAsync(portal.Url, () => Interlocked.Increment(ref guesses), stop.Token);
            await TakeAsync(beside, portal.Url, ct);
            await stop.CancelAsync();
            await flood.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (guesses == 0)
        {
            throw new InvalidOperationException("No guess was sent: there was no flood.");
        }

        var (quiet, loud) = (new Measurement("", "s", 1, alone).P95, new Measurement("", "s", 1, beside).P95);
        return
        [
            new("sign-in alone", "s", 1, alone),
            new($"sign-in beside {GuessesPerMinute} guesses a minute from another address", "s", 1, beside),
            new("p95 beside the flood, as a multiple of alone", "x", MostSlower, [loud / quiet]),
        ];
    }

    private async Task TakeAsync(List<double> samples, Uri portal, CancellationToken ct)
    {
        for (var number = 0; number < SignIns; number++)
        {
            samples.Add(await SignInAsync(portal, ct));
        }
    }

    private static async Task<double> SignInAsync(Uri portal, CancellationToken ct)
    {
        using var http = From(Person, portal);
        var fields = await FieldsAsync(http, PortalProcess.AdminEmail, PortalProcess.AdminPassword, ct);
        var watch = Stopwatch.StartNew();
        using var answer = await http.PostAsync("/sign-in", new FormUrlEncodedContent(fields), ct);
        return answer.StatusCode is HttpStatusCode.Redirect
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"The sign-in was answered {(int)answer.StatusCode}.");
    }

    private static async Task GuessAsync(Uri portal, Action guessed, CancellationToken ct)
    {
        using var http = From(Guesser, portal);
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1) / GuessesPerMinute);
        var fields = await FieldsAsync(http, "", "", ct);
        for (var number = 0; await timer.WaitForNextTickAsync(ct); number++)
        {
            // the admin's e-mail and others in turn, as somebody does who has a list
            (fields["Input.Email"], fields["Input.Password"]) = (number % 2 == 0 ? PortalProcess.AdminEmail : $"u{number}@bank.example", $"guess {number}");
            using var answer = await http.PostAsync("/sign-in", new FormUrlEncodedContent(fields), ct);
            guessed();
        }
    }

    private static async Task<Dictionary<string, string>> FieldsAsync(HttpClient http, string email, string password, CancellationToken ct)
    {
        var page = await http.GetStringAsync("/sign-in", ct);
        var fields = Hidden().Matches(page).GroupBy(input => input.Groups[1].Value)
            .ToDictionary(input => input.Key, input => WebUtility.HtmlDecode(input.First().Groups[2].Value));
        (fields["Input.Email"], fields["Input.Password"]) = (email, password);
        return fields;
    }

    private static HttpClient From(IPAddress address, Uri portal) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectCallback = async (context, ct) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = portal };

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)"\s*/?>""")]
    private static partial Regex Hidden();
}
