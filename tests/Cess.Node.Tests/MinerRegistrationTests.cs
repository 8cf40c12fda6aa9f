using System.Reflection;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Tests;
using Cess.Node.Setup;
using Orleans;

namespace Cess.Node.Tests;

/// <summary>Miners of a node that starts before the validators of its network are there.</summary>
public sealed class MinerRegistrationTests
{
    private readonly TestChain _chain = new();

    [Fact]
    public async Task A_miner_that_could_not_be_registered_in_time_is_registered_again()
    {
        IGrainFactory grains = DispatchProxy.Create<IGrainFactory, LateChain>();
        var late = (LateChain)(object)grains;

        await MinerRegistration.EnsureAsync(grains, new LedgerHead(_chain.State), [_chain.Accounts[0].Id], 1 << 20, CancellationToken.None);

        Assert.Equal(3, late.Calls);
    }

    [Fact]
    public async Task A_miner_that_could_not_be_registered_is_left_alone_when_the_node_stops()
    {
        IGrainFactory grains = DispatchProxy.Create<IGrainFactory, LateChain>();
        var late = (LateChain)(object)grains;
        late.CallsInVain = int.MaxValue;

        Task registration = MinerRegistration.EnsureAsync(
            grains, new LedgerHead(_chain.State), [_chain.Accounts[0].Id], 1 << 20, new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registration);
        Assert.Equal(1, late.Calls);
    }

    /// <summary>Gives accounts whose first calls find no quorum.</summary>
    public class LateChain : DispatchProxy
    {
        public int Calls { get; set; }

        public int CallsInVain { get; set; } = 1;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            IAccountGrain account = Create<IAccountGrain, LateAccount>();
            ((LateAccount)(object)account).Chain = this;
            return account;
        }
    }

    public class LateAccount : DispatchProxy
    {
        public LateChain Chain { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => ++Chain.Calls <= Chain.CallsInVain
            ? Task.FromException<TransactionOutcome>(new TimeoutException())
            : Task.FromResult(new TransactionOutcome("", TransactionStatus.Finalised, 1, null, null));
    }
}
