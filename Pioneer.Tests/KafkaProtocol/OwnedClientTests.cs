using Pioneer.Kafka.Protocol.Client;
using Xunit;

namespace Pioneer.Tests.KafkaProtocol;

public sealed class OwnedClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_that_is_disposed_beside_calls_is_destroyed_when_the_last_of_them_returns()
    {
        var client = new Client();
        var owned = new OwnedClient<Client>(() => client);
        using CallThatHangs first = new(owned), second = new(owned);

        owned.Dispose();
        Assert.Equal(0, client.Destroyed);
        await first.ReturnAsync();
        Assert.Equal(0, client.Destroyed);
        await second.ReturnAsync();

        Assert.Equal(1, client.Destroyed);
        Assert.Equal(0, client.CallsAtTheEnd);
    }

    [Fact]
    public async Task Client_is_destroyed_once_however_many_dispose_it()
    {
        for (var round = 0; round < 50; round++)
        {
            var client = new Client();
            var owned = new OwnedClient<Client>(() => client);
            using var call = new CallThatHangs(owned);

            await Task.WhenAll([.. Enumerable.Range(0, 4).Select(_ => Task.Run(owned.Dispose, Ct)), call.ReturnAsync()]);

            Assert.Equal(1, client.Destroyed);
        }
    }

    [Fact]
    public void Client_that_nobody_needed_is_never_made_and_one_that_was_disposed_takes_no_call()
    {
        var made = 0;
        var owned = new OwnedClient<Client>(() =>
        {
            made++;
            return new Client();
        });

        owned.Dispose();

        Assert.Throws<ObjectDisposedException>(() => owned.Use(_ => true));
        Assert.Equal(0, made);
    }

    [Fact]
    public void Client_is_made_once_and_closed_before_it_is_destroyed()
    {
        var steps = new List<string>();
        var owned = new OwnedClient<Client>(() => new Client(() => steps.Add("destroyed")), _ => steps.Add("closed"));

        Assert.Same(owned.Use(client => client), owned.Use(client => client));
        owned.Dispose();

        Assert.Equal(["closed", "destroyed"], steps);
    }

    [Fact]
    public void Call_that_fails_holds_the_client_no_longer()
    {
        var client = new Client();
        var owned = new OwnedClient<Client>(() => client);
        Assert.Throws<InvalidOperationException>(() => owned.Use<bool>(_ => throw new InvalidOperationException()));

        owned.Dispose();

        Assert.Equal(1, client.Destroyed);
    }

    private sealed class Client(Action? onDestroyed = null) : IDisposable
    {
        private int _calls, _destroyed;

        public int Destroyed => Volatile.Read(ref _destroyed);

        public int CallsAtTheEnd { get; private set; }

        public bool Wait(ManualResetEventSlim begun, ManualResetEventSlim returns)
        {
            Interlocked.Increment(ref _calls);
            begun.Set();
            returns.Wait(Patience.Usual, Ct);
            Interlocked.Decrement(ref _calls);
            return true;
        }

        public void Dispose()
        {
            CallsAtTheEnd = Volatile.Read(ref _calls);
            Interlocked.Increment(ref _destroyed);
            onDestroyed?.Invoke();
        }
    }

    /// <summary>A call on a thread of its own, as one of librdkafka that waits for brokers.</summary>
    private sealed class CallThatHangs : IDisposable
    {
        private readonly ManualResetEventSlim _begun = new(), _returns = new();
        private readonly Task _call;

        public CallThatHangs(OwnedClient<Client> owned)
        {
            _call = Task.Factory.StartNew(
                () => owned.Use(client => client.Wait(_begun, _returns)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Assert.True(_begun.Wait(Patience.Usual, Ct));
        }

        public Task ReturnAsync()
        {
            _returns.Set();
            return _call;
        }

        public void Dispose()
        {
            _returns.Set();
            _begun.Dispose();
            _returns.Dispose();
        }
    }
}
