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

    // a timer on a busy machine comes late now and then; fewer guesses than this were no flood of the size that the goal names
    private const double LeastOfTheFlood = 0.95;
    private const double MostSlower = 1.2;
    private const int WarmUp = 30;

    private static readonly TimeSpan WarmUpOfTheFlood = TimeSpan.FromSeconds(20);

    private static readonly IPAddress Person = IPAddress.Parse("127.0.0.1"), Guesser = IPAddress.Parse("127.0.0.2"), Other = IPAddress.Parse("127.0.0.3");

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        await using var portal = await PortalProcess.StartAsync(ct, [.. PortalProcess.WithoutPlatform, .. PortalProcess.Unattended]);
        var (alone, beside) = (new List<double>(), new List<double>());
        await WarmAsync(portal.Url, ct);
        var guesses = 0;
        var flooded = TimeSpan.Zero;
        for (var turn = 0; turn < Turns; turn++)
        {
            await TakeAsync(alone, portal.Url, ct);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            using var guesser = From(Guesser, portal.Url);
            var fields = await FieldsAsync(guesser, "", "", ct);
            var watch = Stopwatch.StartNew();
            // the admin's e-mail and others in turn, as somebody does who has a list
            var flood = GuessAsync(guesser, fields, number => number % 2 == 0 ? PortalProcess.AdminEmail : Stranger(number), guesses, stop.Token);
            await TakeAsync(beside, portal.Url, ct);
            await stop.CancelAsync();
            guesses += await flood;
            flooded += watch.Elapsed;
        }

        var perMinute = guesses / flooded.TotalMinutes;
        if (perMinute < GuessesPerMinute * LeastOfTheFlood)
        {
            throw new InvalidOperationException($"Only {perMinute:0} guesses a minute were answered: this machine is too busy to say anything.");
        }

        var (quiet, loud) = (new Measurement("", "s", 1, alone).P95, new Measurement("", "s", 1, beside).P95);
        return
        [
            new("sign-in alone", "s", 1, alone),
            new($"sign-in beside {perMinute:0} guesses a minute from another address", "s", 1, beside),
            new("p95 beside the flood, as a multiple of alone", "x", MostSlower, [loud / quiet]),
        ];
    }

    /// <summary>Lets the portal compile what both kinds of request need, which is not what is measured.</summary>
    private static async Task WarmAsync(Uri portal, CancellationToken ct)
    {
        for (var number = 0; number < WarmUp; number++)
        {
            await SignInAsync(portal, ct);
        }

        // from an address of its own, and naming nobody: the first guesses of the flood, which cost a hash each, are among what is measured
        using var guesser = From(Other, portal);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(WarmUpOfTheFlood);
        await GuessAsync(guesser, await FieldsAsync(guesser, "", "", ct), Stranger, 0, enough.Token);
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

    /// <summary>Guesses until it is told to stop, at its pace however long the answers take; gives how many were answered.</summary>
    private static async Task<int> GuessAsync(
        HttpClient http, Dictionary<string, string> fields, Func<int, string> email, int first, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1) / GuessesPerMinute);
        var sent = new List<Task>();
        while (await NextAsync())
        {
            var number = first + sent.Count;
            var guess = new Dictionary<string, string>(fields)
            {
                ["Input.Email"] = email(number),
                ["Input.Password"] = $"guess {number}",
            };
            sent.Add(SendAsync(guess));
        }

        await Task.WhenAll(sent);
        return sent.Count;

        async Task SendAsync(Dictionary<string, string> guess)
        {
            using var answer = await http.PostAsync("/sign-in", new FormUrlEncodedContent(guess), CancellationToken.None);
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.TooManyRequests))
            {
                throw new InvalidOperationException($"A guess was answered {(int)answer.StatusCode}.");
            }
        }

        async Task<bool> NextAsync()
        {
            try
            {
                return await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private static string Stranger(int number) => $"u{number}@bank.example";

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
